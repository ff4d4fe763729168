import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withUser } from '@countersign/prisma/database-logins';
import { prepareDatabase, type DatabaseLogins } from '@countersign/prisma/prepare-database';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { otherPostgres } from '../testing/other-postgres.ts';
import { testConfig } from '../testing/test-config.ts';
import type { Config } from './config.ts';
import { openDatabase } from './database-access.ts';
import { createLogger } from './infra/logger.ts';
import { migrateQueue } from './infra/queue/postgres-backend.ts';

const servers = [{ version: 'PostgreSQL of npm', start: () => startScratchPostgres() }, ...otherPostgres()];
const options = { migrateQueue };

describe.each(servers)('a new database on $version', ({ start }) => {
  let superuserUrl: string;
  let stack: AsyncDisposableStack;
  let count = 0;
  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    superuserUrl = stack.use(await start()).connectionString;
  });
  afterAll(() => stack.disposeAsync());

  const run = async (url: string, ...statements: readonly string[]): Promise<object[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      let rows: object[] = [];
      for (const statement of statements) ({ rows } = await client.query<object>(statement));
      return rows;
    } finally {
      await client.end();
    }
  };
  /** As an administrator makes it, in the words of the documentation. */
  const made = async (attributes: string, ...more: readonly string[]): Promise<string> => {
    const name = `shop${(count += 1)}`;
    await run(
      superuserUrl,
      `CREATE ROLE ${name} LOGIN PASSWORD 'secret' ${attributes}`,
      `CREATE DATABASE ${name} OWNER ${name}`,
      ...more.map((statement) => statement.replaceAll('NAME', name)),
    );
    const url = new URL(superuserUrl);
    url.pathname = name;
    return withUser(url.href, name, 'secret');
  };
  const nameOf = (url: string): string => new URL(url).username;

  const isKeptOut = async ({ app }: DatabaseLogins, ownerUrl: string): Promise<void> => {
    const denied = { code: '42501' };
    for (const statement of [
      `SET ROLE ${nameOf(ownerUrl)}`,
      `SET SESSION AUTHORIZATION ${nameOf(ownerUrl)}`,
      'CREATE TEMPORARY TABLE task (id uuid)',
      'CREATE TABLE public.forged (id int)',
      'CREATE SCHEMA forged',
      'ALTER TABLE effect DISABLE TRIGGER ALL',
      'SET session_replication_role = replica',
      'SELECT * FROM bullmq.job',
      'DELETE FROM review',
      'UPDATE approval_request SET required = 0',
      'CREATE ROLE friend LOGIN',
    ]) {
      await expect(run(app, statement), statement).rejects.toMatchObject(denied);
    }
    await run(app, 'SET ROLE NONE', 'RESET ROLE', 'RESET SESSION AUTHORIZATION');
    expect(await run(app, 'SET ROLE NONE', 'SELECT count(*)::int AS count FROM review')).toEqual([
      { count: 0 },
    ]);
  };
  const seesPasswords = ({ app }: DatabaseLogins): Promise<object[]> =>
    run(app, 'SELECT * FROM countersign_owner.login');
  const usesQueue = ({ queue }: DatabaseLogins): Promise<object[]> =>
    run(queue ?? '', 'CREATE TEMPORARY TABLE bulk (id int)', 'SELECT count(*) FROM bullmq.job');

  const configOf = (url: string | null, given: Config['database']['given'], home: string): Config => {
    const config = testConfig(superuserUrl, home);
    return { ...config, database: { ...config.database, url, given } };
  };
  const startsUp = async (url: string | null, given: Config['database']['given']): Promise<void> => {
    await using started = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), 'countersign-access-'));
    started.defer(() => rm(home, { recursive: true }));
    const { database } = await openDatabase(
      configOf(url, given, home),
      createLogger({ level: 'silent' }),
      started,
    );
    await database.query('SELECT 1 FROM task');
  };

  test('of a user who may make others: two installations, each started twice', async () => {
    const urls = [await made('CREATEROLE'), await made('CREATEROLE')];
    const logins = [];
    for (const url of urls) {
      const first = await prepareDatabase(url, options);
      expect(await prepareDatabase(url, options)).toEqual(first);
      await isKeptOut(first, url);
      await usesQueue(first);
      await expect(seesPasswords(first)).rejects.toMatchObject({ code: '42501' });
      await startsUp(url, null);
      logins.push(first);
    }
    const [one, other] = logins;
    await expect(
      run(new URL(new URL(urls[1] ?? '').pathname, one?.app).href, 'SELECT * FROM task'),
    ).rejects.toMatchObject({
      code: '42501',
    });
    expect(one?.app).not.toBe(other?.app);
  });

  test('restored from a dump without the passwords gets new ones', async () => {
    const url = await made('CREATEROLE');
    const before = await prepareDatabase(url, options);
    await run(url, 'DELETE FROM countersign_owner.login');
    const after = await prepareDatabase(url, options);
    expect(after.app).not.toBe(before.app);
    await expect(run(before.app, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await isKeptOut(after, url);
    await usesQueue(after);
  });

  test('of a user who may not make others, with users that an administrator made', async () => {
    for (const _ of [1, 2]) {
      const url = await made(
        '',
        `CREATE ROLE NAME_app LOGIN PASSWORD 'secret'`,
        `CREATE ROLE NAME_queue LOGIN PASSWORD 'secret'`,
      );
      const given = {
        app: withUser(url, `${nameOf(url)}_app`, 'secret'),
        queue: withUser(url, `${nameOf(url)}_queue`, 'secret'),
      };
      expect(await prepareDatabase(url, { ...options, given })).toEqual(given);
      await startsUp(url, given);
      await isKeptOut(given, url);
      await usesQueue(given);
      // Once it is prepared, a process needs nothing of the owner's.
      await startsUp(null, given);
    }
  });

  test('of a superuser', async () => {
    const url = await made('SUPERUSER');
    await isKeptOut(await prepareDatabase(url, options), url);
    await startsUp(url, null);
  });

  test('is left whole by a start that fails, and the next start goes on', async () => {
    const url = await made('');
    await expect(prepareDatabase(url, options)).rejects.toThrow(
      /may not make the users .* Give it CREATEROLE, or .* DATABASE_APP_URL and DATABASE_QUEUE_URL/,
    );
    expect(await run(url, `SELECT relname FROM pg_class WHERE relname = '_prisma_migrations'`)).toEqual([]);
    await run(superuserUrl, `ALTER ROLE ${nameOf(url)} CREATEROLE`);
    await isKeptOut(await prepareDatabase(url, options), url);
  });

  test('of somebody else is refused before anything is done', async () => {
    const url = await made('CREATEROLE');
    const stranger = await made('CREATEROLE');
    const theirs = new URL(stranger);
    theirs.pathname = new URL(url).pathname;
    await expect(prepareDatabase(theirs.href, options)).rejects.toThrow(/must own the database/);
    await expect(startsUp(null, { app: url, queue: null })).rejects.toThrow(/could work as/);
  });

  test('never takes for the application who could become the owner', async () => {
    const url = await made(
      'CREATEROLE',
      `CREATE ROLE NAME_member LOGIN PASSWORD 'secret' NOINHERIT IN ROLE NAME`,
      `CREATE ROLE NAME_maker LOGIN PASSWORD 'secret' CREATEROLE`,
      `CREATE ROLE NAME_writer LOGIN PASSWORD 'secret' IN ROLE pg_write_all_data`,
    );
    for (const user of ['', '_member', '_maker', '_writer']) {
      const app = withUser(url, `${nameOf(url)}${user}`, 'secret');
      const given = { app, queue: null };
      await expect(prepareDatabase(url, { given, migrateQueue: null }), user).rejects.toThrow(
        /could work as/,
      );
      await expect(startsUp(null, given), user).rejects.toThrow(/could work as/);
    }
    // Nothing was taken from the owner on the way.
    await prepareDatabase(url, options);
  });

  test('that nobody has prepared is not begun without its owner', async () => {
    const url = await made(
      '',
      `CREATE ROLE NAME_app LOGIN PASSWORD 'secret'`,
      'REVOKE TEMPORARY ON DATABASE NAME FROM PUBLIC',
    );
    const app = withUser(url, `${nameOf(url)}_app`, 'secret');
    await expect(startsUp(null, { app, queue: null })).rejects.toThrow(/no tables yet/);
  });

  test('whose users cannot log in says where to let them', async () => {
    const url = await made('');
    const given = { app: withUser(url, 'nobody', 'wrong'), queue: null };
    await expect(prepareDatabase(url, { given, migrateQueue: null })).rejects.toThrow(/pg_hba\.conf/);
  });
});
