import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import type { CellCipher } from '../src/infra/cell-cipher.ts';
import { createDatabase, type Database } from '../src/infra/database.ts';
import { createLogger } from '../src/infra/logger.ts';
import { grantClone, loginsAt } from './test-logins.ts';

export interface TestDatabase extends AsyncDisposable {
  /** Of the owner, who may do everything. */
  connectionString: string;
  name: string;
  /** A pool as the application has it, or the owner would. The caller disposes it. */
  open(options?: {
    poolSize?: number;
    as?: 'APPLICATION' | 'OWNER';
    statementTimeoutMs?: number;
    reportTimeoutMs?: number;
    cells?: CellCipher;
    replicaUrl?: string;
  }): Database;
}

const disconnectTimeoutMs = 3_000;

/** A migrated database of the caller's own, cloned from the template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { connectionString: serverUrl, template } = inject('postgres');
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, async (server) => {
    await server.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    await server.query(grantClone(name));
  });
  const url = new URL(serverUrl);
  url.pathname = name;
  const connectionString = url.href;
  return {
    connectionString,
    name,
    open: openAs(connectionString),
    [Symbol.asyncDispose]: () => onServer(serverUrl, (server) => drop(server, name)),
  };
}

export const openAs =
  (connectionString: string): TestDatabase['open'] =>
  ({ poolSize = 5, as = 'APPLICATION', ...rest } = {}) =>
    createDatabase({
      connectionString: as === 'OWNER' ? connectionString : loginsAt(connectionString).app,
      poolSize,
      ...rest,
      logger: createLogger({ level: 'silent' }),
    });

/** Drops the database, and throws when somebody still works on it: a pool that nobody disposed. */
async function drop(server: pg.Client, name: string): Promise<void> {
  const deadline = Date.now() + disconnectTimeoutMs;
  let open = await openConnections(server, name);
  while (open.length > 0 && Date.now() < deadline) {
    await sleep(10);
    open = await openConnections(server, name);
  }
  await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
  if (open.length > 0) throw new Error(`The test has ended but connections are open:\n${open.join('\n')}`);
}

async function openConnections(server: pg.Client, name: string): Promise<string[]> {
  const { rows } = await server.query<{ application_name: string; state: string; query: string }>(
    'SELECT application_name, state, query FROM pg_stat_activity WHERE datname = $1',
    [name],
  );
  return rows.map(({ application_name, state, query }) => `${application_name} (${state}): ${query}`);
}

async function onServer(
  connectionString: string,
  work: (server: pg.Client) => Promise<unknown>,
): Promise<void> {
  const server = new pg.Client({ connectionString });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}
