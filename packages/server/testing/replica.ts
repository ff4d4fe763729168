import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@countersign/postgres/free-port';
import { startPostgresServer } from '@countersign/postgres/postgres-server';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import { prepareDatabase } from '@countersign/prisma/prepare-database';
import pg from 'pg';
import { migrateQueue } from '../src/infra/queue/postgres-backend.ts';
import { signalServer } from './signal-server.ts';
import { createTestLogins, loginsAt } from './test-logins.ts';

/** A standby that follows a PostgreSQL by streaming. */
export interface TestReplica extends AsyncDisposable {
  /** Of the superuser. */
  readonly connectionString: string;
  /** As its own superuser. */
  asks(text: string): Promise<object[]>;
  /** Takes no changes in, until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Alive, and answering nobody, until `thaw`. */
  freeze(): void;
  thaw(): void;
}

export interface ReplicatedPostgres extends AsyncDisposable {
  /** Of the owner of the tables, at the primary. */
  readonly connectionString: string;
  asks(text: string): Promise<object[]>;
  addReplica(): Promise<TestReplica>;
}

const run = promisify(execFile);
const maxConnections = 60;

const asking =
  (connectionString: string) =>
  async (text: string): Promise<object[]> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      return (await client.query<object>(text)).rows;
    } finally {
      await client.end();
    }
  };

/** A migrated PostgreSQL of the story's own, and as many replicas of it as it asks for. */
export const startReplicatedPostgres = async (): Promise<ReplicatedPostgres> => {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startScratchPostgres({ moreSettings: { max_connections: maxConnections } }));
  const { connectionString } = server;
  const asks = asking(connectionString);
  const client = new pg.Client({ connectionString });
  await client.connect();
  await createTestLogins(client);
  await client.end();
  await prepareDatabase(connectionString, { given: loginsAt(connectionString), migrateQueue });
  const whole = stack.move();
  return {
    connectionString,
    asks,
    addReplica: () => startReplica(connectionString),
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
};

/** As pg_basebackup makes one: a copy of the folder between the start and the stop of a backup. */
const copyData = async (primary: string, folder: string): Promise<void> => {
  const client = new pg.Client({ connectionString: primary });
  await client.connect();
  try {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    await client.query("SELECT pg_backup_start('replica', true)");
    await run('cp', ['-a', rows[0]?.data_directory ?? '', folder]);
    const { rows: ends } = await client.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(false)',
    );
    for (const name of ['postmaster.pid', 'postmaster.opts']) await rm(join(folder, name), { force: true });
    await writeFile(join(folder, 'backup_label'), ends[0]?.labelfile ?? '');
    await writeFile(join(folder, 'standby.signal'), '');
    const { uid, gid } = await stat(folder);
    for (const name of ['backup_label', 'standby.signal']) await chown(join(folder, name), uid, gid);
  } finally {
    await client.end();
  }
};

const startReplica = async (primary: string): Promise<TestReplica> => {
  const parent = await mkdtemp(join(tmpdir(), 'countersign-replica-'));
  await chmod(parent, 0o711);
  const dataFolder = join(parent, 'data');
  await copyData(primary, dataFolder);
  const { hostname, port: ofPrimary, username, password } = new URL(primary);
  const port = await freePort();
  const server = await startPostgresServer({
    dataFolder,
    port,
    superuser: username,
    password,
    isDurable: false,
    settings: {
      primary_conninfo: `host=${hostname} port=${ofPrimary} user=${username} password=${password}`,
      max_connections: maxConnections,
      fsync: 'off',
      hot_standby: 'on',
      wal_retrieve_retry_interval: '100ms',
    },
  });
  const url = new URL(primary);
  url.port = String(port);
  const asks = asking(url.href);
  return {
    connectionString: url.href,
    asks,
    async pause() {
      await asks('SELECT pg_wal_replay_pause()');
    },
    async resume() {
      await asks('SELECT pg_wal_replay_resume()');
    },
    freeze: () => {
      signalServer(server.pid, 'SIGSTOP');
    },
    thaw: () => {
      signalServer(server.pid, 'SIGCONT');
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(parent, { recursive: true, force: true });
    },
  };
};
