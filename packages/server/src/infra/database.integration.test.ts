import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPgbouncer } from '../../testing/pgbouncer.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { freePort } from '@countersign/postgres/free-port';
import {
  createDatabase,
  type Database,
  DatabaseUnreachableError,
  isUniqueViolation,
  type StatementRunner,
} from './database.ts';
import { ensureReachable } from './ensure-reachable.ts';
import { isConnectionError, isPassingError } from './database-errors.ts';
import { createLogger } from './logger.ts';

/** It ends what hangs. */
const patiently = { timeout: 20_000 };

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = testDatabase.open({ as: 'OWNER' });
  await database.query('CREATE TABLE thing (id int PRIMARY KEY, note text)');
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

const backendPid = 'SELECT pg_backend_pid() AS pid';
const things = () => database.query<{ id: number }>('SELECT id FROM thing ORDER BY id');

describe('query', () => {
  it('gives bigints, dates and documents as such', async () => {
    const rows = await database.query(
      `SELECT 9007199254740993::int8 AS big, count(*) AS counted, '{"a":[1]}'::jsonb AS document,
              '2026-01-02T03:04:05.678Z'::timestamptz AS at, $1::int8 AS given FROM (VALUES (1), (2)) AS v`,
      [9007199254740995n],
    );
    expect(rows).toEqual([
      {
        big: 9007199254740993n,
        counted: 2n,
        document: { a: [1] },
        at: new Date('2026-01-02T03:04:05.678Z'),
        given: 9007199254740995n,
      },
    ]);
  });

  it('prepares a statement once per connection', async () => {
    await using single = testDatabase.open({ poolSize: 1, as: 'OWNER' });
    const text = 'SELECT $1::text AS marked_statement';
    for (const value of ['a', 'b', 'c']) await single.query(text, [value]);
    const prepared = await single.query('SELECT name FROM pg_prepared_statements WHERE statement = $1', [
      text,
    ]);
    expect(prepared).toHaveLength(1);
  });

  it('works as a user who owns nothing', async () => {
    await using restricted = testDatabase.open();
    const rows = await restricted.query('SELECT current_user::text AS name');
    expect(rows).toEqual([{ name: 'countersign_app' }]);
    await expect(restricted.query('DROP TABLE thing')).rejects.toThrow('must be owner');
  });
});

describe('reports', () => {
  const settings = async (runner: StatementRunner) =>
    runner.query(
      `SELECT name, setting FROM pg_settings WHERE name IN ('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin')
       AND setting = 'off'`,
    );

  it('are planned as PostgreSQL sees fit, what is hot is not', async () => {
    expect(await settings(database.reports)).toEqual([]);
    expect(await settings(database)).toHaveLength(3);
  });

  it('change nothing', async () => {
    const change = database.reports.query('INSERT INTO thing (id) VALUES (20)');
    await expect(change).rejects.toMatchObject({ cause: { code: '25006' } });
    // That says nothing of what others may write.
    await database.ensureWritable();
  });

  it('are ended where they take too long, and leave the connection as it was', async () => {
    await using impatient = testDatabase.open({ as: 'OWNER', reportTimeoutMs: 50 });
    const error: unknown = await impatient.reports
      .query('SELECT pg_sleep(10)')
      .catch((reason: unknown) => reason);
    expect(isPassingError(error)).toBe(true);
    expect(isConnectionError(error)).toBe(false);
    expect(await impatient.reports.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('wait for each other and keep nobody else waiting', async () => {
    await using few = testDatabase.open({ as: 'OWNER', poolSize: 1 });
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<undefined>();
    const busy = Array.from({ length: 4 }, () =>
      few.reports.transaction(async (tx) => {
        await tx.query('SELECT 1');
        await mayEnd;
      }),
    );
    const waiting = few.reports.query('SELECT 2 AS two');
    expect(await few.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    end(undefined);
    await Promise.all(busy);
    expect(await waiting).toEqual([{ two: 2 }]);
  });
});

describe('transaction', () => {
  it('commits what the work did and gives its value', async () => {
    const value = await database.transaction(async (tx) => {
      await Promise.all([1, 2].map((id) => tx.query('INSERT INTO thing (id) VALUES ($1)', [id])));
      return 'done';
    });
    expect(value).toBe('done');
    expect(await things()).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('rolls back when the work throws, and gives the connection back', async () => {
    await using single = testDatabase.open({ poolSize: 1, as: 'OWNER' });
    const fault = new Error('changed my mind');
    const work = single.transaction(async (tx) => {
      await tx.query('INSERT INTO thing (id) VALUES (10)');
      throw fault;
    });
    await expect(work).rejects.toBe(fault);
    expect(await single.query('SELECT 1 FROM thing WHERE id = 10')).toEqual([]);
  });

  it('fails by the first statement that failed, also where nobody waited for it', async () => {
    const work = database.transaction(async (tx) => {
      tx.write('INSERT INTO thing (id) VALUES (12)');
      tx.write('INSERT INTO thing (id) VALUES (12)');
      await tx.query('SELECT 1 FROM thing');
    });
    await expect(work).rejects.toThrow('duplicate key');
    expect(await database.query('SELECT 1 FROM thing WHERE id = 12')).toEqual([]);
  });

  it('does not pretend to have committed when the work hid the failure of a statement', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query('INSERT INTO thing (id) VALUES (11)');
      await tx.query('INSERT INTO thing (id) VALUES (11)').catch(() => undefined);
    });
    await expect(work).rejects.toThrow('duplicate key');
    expect(await database.query('SELECT 1 FROM thing WHERE id = 11')).toEqual([]);
  });

  it('tells a unique violation and its constraint', async () => {
    const fault: unknown = await database
      .transaction((tx) => tx.query('INSERT INTO thing (id) VALUES (12), (12)'))
      .catch((error: unknown) => error);
    expect(isUniqueViolation(fault)).toBe(true);
    expect(isUniqueViolation(fault, 'thing_pkey')).toBe(true);
    expect(isUniqueViolation(fault, 'another')).toBe(false);
  });

  it('refuses statements after its end', async () => {
    const escaped = await database.transaction((tx) => Promise.resolve(tx));
    expect(() => escaped.query('SELECT 1')).toThrow('over');
  });

  it('discards a connection that broke inside it', async () => {
    await using single = testDatabase.open({ poolSize: 1, as: 'OWNER' });
    const work = single.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>(backendPid);
      await database.query('SELECT pg_terminate_backend($1)', [row?.pid]);
      await tx.query('INSERT INTO thing (id) VALUES (13)');
    });
    await expect(work).rejects.toBeInstanceOf(DatabaseUnreachableError);
    expect(await single.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await things()).not.toContainEqual({ id: 13 });
  });
});

describe('a server that does not answer any more', () => {
  it('is given up after a while, in and out of a transaction, and its connection is not used again', async () => {
    await using single = testDatabase.open({ poolSize: 1, as: 'OWNER', statementTimeoutMs: 200 });
    const sleep = 'SELECT pg_sleep(1)';
    await expect(single.query(sleep)).rejects.toThrow('it did not answer in time');
    const work = single.transaction(async (tx) => {
      tx.write('INSERT INTO thing (id) VALUES (14)');
      await tx.query(sleep);
    });
    await expect(work).rejects.toBeInstanceOf(DatabaseUnreachableError);
    expect(await single.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await things()).not.toContainEqual({ id: 14 });
  });
});

describe('a database that cannot do it now', () => {
  const raising = (code: string): string =>
    `DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END $$`;
  const away = ['08006', '25P03', '25P04', '53100', '53200', '53400', '57000', '57P01', '57P05', '58030'];
  const inTheWay = ['40001', '40P01', '55P03', '57014'];

  it.each([...away, ...inTheWay])('is known by %s, whoever asked', async (code) => {
    for (const asked of [database, database.reports]) {
      const error: unknown = await asked.query(raising(code)).catch((reason: unknown) => reason);
      expect(isPassingError(error)).toBe(true);
      expect(isConnectionError(error)).toBe(away.includes(code));
    }
  });

  it.each(['22P02', '23505', '25P02', '42P01', '42501', 'P0001'])('is not told by %s', async (code) => {
    const error: unknown = await database.query(raising(code)).catch((reason: unknown) => reason);
    expect(isPassingError(error)).toBe(false);
  });

  it('says so of a transaction that it ended because it waited', async () => {
    const work = database.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>(backendPid);
      await tx.query("SELECT set_config('idle_in_transaction_session_timeout', '20', true)");
      await vi.waitUntil(async () => {
        const left = await database.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [row?.pid]);
        return left.length === 0;
      }, patiently);
      await tx.query('SELECT 1');
    });
    expect(isPassingError(await work.catch((reason: unknown) => reason))).toBe(true);
  });

  it('says so of a statement that took too long', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query("SELECT set_config('statement_timeout', '20', true)");
      await tx.query('SELECT pg_sleep(10)');
    });
    expect(isPassingError(await work.catch((reason: unknown) => reason))).toBe(true);
  });
});

describe('listen', () => {
  it('hears notifications, also after its connection broke, and is told of the break', async () => {
    const heard: (string | undefined)[] = [];
    await using listening = await database.listen('test channel', (payload) => heard.push(payload));
    const notify = (payload: string) => database.query('SELECT pg_notify($1, $2)', ['test channel', payload]);
    await notify('before');
    await vi.waitUntil(() => heard.includes('before'), patiently);
    await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN%'`);
    await vi.waitUntil(() => heard.includes(undefined), patiently);
    await notify('after');
    await vi.waitUntil(() => heard.includes('after'), patiently);
    expect(heard).toEqual(['before', undefined, 'after']);
    await listening[Symbol.asyncDispose]();
    await notify('too late');
    await database.query('SELECT 1');
    expect(heard).toHaveLength(3);
  });

  it('ends at any moment of a break that lasts', async () => {
    await using elsewhere = await createTestDatabase();
    await using pool = elsewhere.open();
    const channels = Array.from({ length: 30 }, (_, index) => `channel ${index}`);
    const listening = [];
    for (const channel of channels) listening.push(await pool.listen(channel, () => undefined));
    const { name } = elsewhere;
    await database.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    await database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    for (const subscription of listening) {
      await subscription[Symbol.asyncDispose]();
      await sleep(10);
    }
    await database.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
  });
});

describe('an unreachable database', () => {
  it('is named in one sentence, without the password', async () => {
    const port = await freePort();
    const connectionString = `postgresql://someone:secret@127.0.0.1:${port}/missing`;
    await using nowhere = createDatabase({
      connectionString,
      poolSize: 1,
      logger: createLogger({ level: 'silent' }),
    });
    const sentence = `The database at 127.0.0.1:${port}/missing cannot be used: nothing listens there.`;
    await expect(nowhere.query('SELECT 1')).rejects.toThrow(sentence);
    await expect(nowhere.transaction((tx) => tx.query('SELECT 1'))).rejects.toThrow(sentence);
    await expect(nowhere.listen('x', () => undefined)).rejects.toThrow(sentence);
    await expect(ensureReachable(connectionString)).rejects.toBeInstanceOf(DatabaseUnreachableError);
  });

  it('is told apart by what the server says', async () => {
    const url = new URL(testDatabase.connectionString);
    url.password = 'wrong';
    await expect(ensureReachable(url.href)).rejects.toThrow('refuses the user or the password');
    const missing = new URL(testDatabase.connectionString);
    missing.pathname = 'missing';
    await expect(ensureReachable(missing.href)).rejects.toThrow('the database does not exist');
    await expect(ensureReachable(testDatabase.connectionString)).resolves.toBeUndefined();
  });

  it.each(['transaction', 'statement', 'session'] as const)(
    'is not used through a pooler by %s, which keeps no session with its settings',
    async (mode) => {
      await using pooler = await startPgbouncer(testDatabase.connectionString, { mode });
      await expect(ensureReachable(pooler.url)).rejects.toThrow('a pooler stands before it');
      // It may also be told to swallow what it does not know.
      await using silent = await startPgbouncer(testDatabase.connectionString, { mode, isSilent: true });
      await expect(ensureReachable(silent.url)).rejects.toThrow('a pooler stands before it');
    },
  );
});
