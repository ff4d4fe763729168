import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@countersign/postgres/free-port';
import {
  durableSettings,
  startPostgresServer,
  type PostgresServer,
} from '@countersign/postgres/postgres-server';
import { prepareDatabase } from '@countersign/prisma/prepare-database';
import pg from 'pg';
import { migrateQueue } from '../src/infra/queue/postgres-backend.ts';
import { openAs, type TestDatabase } from './postgres.ts';
import { signalServer } from './signal-server.ts';
import { createTestLogins, loginsAt } from './test-logins.ts';

/** A PostgreSQL of the story's own, which it may take away and bring back. */
export interface RestartablePostgres
  extends AsyncDisposable, Pick<TestDatabase, 'connectionString' | 'open'> {
  /** Gone without a word, as in a crash; `start` brings it back with all that was committed. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Alive, and answering nobody, until `thaw`. */
  freeze(): void;
  thaw(): void;
}

const superuser = 'postgres';
const password = 'of-a-test';

export const startRestartablePostgres = async (): Promise<RestartablePostgres> => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-restartable-'));
  await chmod(folder, 0o711);
  const port = await freePort();
  const launch = (): Promise<PostgresServer> =>
    startPostgresServer({
      dataFolder: join(folder, 'data'),
      port,
      superuser,
      password,
      isDurable: true,
      settings: { ...durableSettings, shared_buffers: '64MB' },
    });
  let server = await launch();
  const connectionString = `postgresql://${superuser}:${password}@127.0.0.1:${port}/postgres`;
  await makeLogins(connectionString);
  await prepareDatabase(connectionString, { given: loginsAt(connectionString), migrateQueue });
  const signal = (name: NodeJS.Signals): void => {
    signalServer(server.pid, name);
  };
  return {
    connectionString,
    open: openAs(connectionString),
    async kill() {
      signal('SIGKILL');
      await server.exited;
    },
    async start() {
      server = await launch();
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const makeLogins = async (connectionString: string): Promise<void> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await createTestLogins(client);
  await client.end();
};
