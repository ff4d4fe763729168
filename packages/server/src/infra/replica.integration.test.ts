import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openAs } from '../../testing/postgres.ts';
import { startReplicatedPostgres, type ReplicatedPostgres, type TestReplica } from '../../testing/replica.ts';
import { loginsAt } from '../../testing/test-logins.ts';
import type { Database, StatementRunner } from './database.ts';

let primary: ReplicatedPostgres;
let replica: TestReplica;

beforeAll(async () => {
  primary = await startReplicatedPostgres();
  await primary.asks(`CREATE TABLE note (id int PRIMARY KEY);
    GRANT SELECT, INSERT, DELETE ON note TO PUBLIC`);
  replica = await primary.addReplica();
});

afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await primary[Symbol.asyncDispose]();
});

const opened = async ({ connectionString }: Pick<TestReplica, 'connectionString'> = replica) => {
  const database = openAs(primary.connectionString)({ replicaUrl: loginsAt(connectionString).app });
  return database;
};
const used = (database: Database): Promise<unknown> =>
  vi.waitUntil(() => database.replica?.trouble() === null && database.replica.lagMs() === 0, {
    timeout: 60_000,
  });
const troubled = async (database: Database, words: RegExp): Promise<void> => {
  await expect.poll(() => database.replica?.trouble(), { timeout: 60_000 }).toMatch(words);
};
const isOnReplica = async (runner: Pick<StatementRunner, 'query'>): Promise<boolean> => {
  const [row] = await runner.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
  return row?.standby === true;
};
let nextId = 0;
const write = async (database: Database): Promise<number> => {
  const id = (nextId += 1);
  await database.query('INSERT INTO note (id) VALUES ($1)', [id]);
  return id;
};
const sees = async (runner: Pick<StatementRunner, 'query'>, id: number): Promise<boolean> =>
  (await runner.query('SELECT FROM note WHERE id = $1', [id])).length === 1;

describe('history', () => {
  it('is read from the replica, and nothing else is', async () => {
    await using database = await opened();
    await used(database);
    // On a machine that is held up a read may be the primary's.
    await expect.poll(() => isOnReplica(database.history)).toBe(true);
    await expect.poll(() => database.history.transaction(isOnReplica)).toBe(true);
    expect(await isOnReplica(database.reports)).toBe(false);
    expect(await isOnReplica(database)).toBe(false);
    expect(database.replica?.reads().replica).toBe(2);
  });

  it('has what anybody wrote before it was asked for', async () => {
    await using writer = openAs(primary.connectionString)();
    await using database = await opened();
    await used(database);
    for (let round = 0; round < 200; round += 1) {
      const id = await write(writer);
      expect(await sees(database.history, id)).toBe(true);
      if (round % 10 === 0) expect(await database.history.transaction((tx) => sees(tx, id))).toBe(true);
    }
    // Otherwise it was the primary that had it.
    expect(database.replica?.reads().replica).toBeGreaterThan(20);
  });

  it('is kept by nobody once whoever asked for it is done', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await using database = await opened();
    await used(database);
    const answers: WeakRef<object>[] = [];
    for (let read = 0; read < 20; read += 1)
      answers.push(new WeakRef(await database.history.query('SELECT pg_is_in_recovery()')));
    expect(database.replica?.reads().replica).toBeGreaterThan(10);
    await expect
      .poll(async () => {
        await turn();
        collect();
        return answers.filter((answer) => answer.deref() !== undefined).length;
      })
      .toBeLessThanOrEqual(1);
  });

  it('is of the primary while the replica is behind, and of the replica again afterwards', async () => {
    await using database = await opened();
    await used(database);
    await replica.pause();
    const id = await write(database);
    expect(await sees(database.history, id)).toBe(true);
    expect(await isOnReplica(database.history)).toBe(false);
    await troubled(database, /is \d+ s behind\. History is read from the primary/);
    expect(database.replica?.lagMs()).toBeGreaterThan(9_000);
    await replica.resume();
    await used(database);
    await expect.poll(() => isOnReplica(database.history)).toBe(true);
    expect(await sees(database.history, id)).toBe(true);
  });

  it('is of the primary where what is read on the replica is cancelled', async () => {
    await using database = await opened();
    await used(database);
    const rounds: boolean[] = [];
    const read = database.history.transaction(async (tx) => {
      rounds.push(await isOnReplica(tx));
      if (rounds.length === 1)
        await tx.query(
          "DO $$ BEGIN RAISE EXCEPTION 'conflict with recovery' USING ERRCODE = '40001'; END $$",
        );
      return 'read';
    });
    expect(await read).toBe('read');
    expect(rounds).toEqual([true, false]);
  });

  it('fails where the primary would fail as well', async () => {
    await using database = await opened();
    await used(database);
    await expect(database.history.query('SELECT FROM nothing_of_the_sort')).rejects.toThrow('does not exist');
    await using impatient = openAs(primary.connectionString)({
      replicaUrl: loginsAt(replica.connectionString).app,
      reportTimeoutMs: 50,
    });
    await used(impatient);
    await expect(impatient.history.query('SELECT pg_sleep(10)')).rejects.toThrow('statement timeout');
    expect(impatient.replica?.reads()).toEqual({ replica: 0, primary: 0 });
  });

  it('is not waited for where the replica answers no more', async () => {
    await using database = await opened();
    await used(database);
    const { promise: begun, resolve } = Promise.withResolvers<boolean>();
    const reading = database.history.transaction(async (tx) => {
      resolve(true);
      return tx.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby, pg_sleep(0.3)');
    });
    await begun;
    replica.freeze();
    try {
      expect(await reading).toMatchObject([{ standby: false }]);
      await troubled(database, /did not answer in time/);
      expect(await isOnReplica(database.history)).toBe(false);
    } finally {
      replica.thaw();
    }
    await used(database);
    await expect.poll(() => isOnReplica(database.history)).toBe(true);
  });
});

describe('what is no replica of this database', () => {
  it.each([
    ['the primary itself', () => primary, /it is no standby/],
    [
      'another database of the same server',
      () => {
        const url = new URL(replica.connectionString);
        url.pathname = 'template1';
        return { connectionString: url.href };
      },
      /it is a copy of another database/,
    ],
    [
      'an address where nothing listens',
      () => ({ connectionString: 'postgresql://postgres@127.0.0.1:1/postgres' }),
      /nothing listens there/,
    ],
  ])('%s is not read', async (_name, at, words) => {
    await using database = await opened(at());
    await troubled(database, words);
    expect(await sees(database.history, await write(database))).toBe(true);
    expect(await isOnReplica(database.history)).toBe(false);
  });

  it('one that was promoted is not read, and one that follows it neither', async () => {
    await using other = await primary.addReplica();
    await using database = await opened(other);
    await used(database);
    await other.asks('SELECT pg_promote()');
    await other.asks('INSERT INTO note (id) VALUES (-1)');
    expect(await sees(database.history, -1)).toBe(false);
    await troubled(database, /it is no standby/);
  });

  it('one on another timeline of the same database is not read', async () => {
    await using promoted = await primary.addReplica();
    await promoted.asks('SELECT pg_promote()');
    await using database = openAs(promoted.connectionString)({
      replicaUrl: loginsAt(replica.connectionString).app,
    });
    await troubled(database, /it follows timeline 1 of the log and the primary is on 2/);
    expect(await isOnReplica(database.history)).toBe(false);
  });
});
