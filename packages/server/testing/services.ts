import { prepareDatabase } from '@countersign/prisma/prepare-database';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateQueue } from '../src/infra/queue/postgres-backend.ts';
import { startLedgerHost } from './ledger-process.ts';
import { createTestLogins, loginsAt } from './test-logins.ts';
import { buildPrograms } from './programs.ts';
import { startRedis } from './redis-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { connectionString: string; template: string };
    redisUrl: string;
    ledgersUrl: string;
  }
}

const template = 'countersign_template';

/** Starts what all integration tests of a run share: one PostgreSQL with a migrated template, one Redis, one host of ledgers. */
export default async function startServices(project: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack();
  const built = buildPrograms();
  const redis = started.use(await startRedis());
  const ledgers = started.use(await startLedgerHost());
  const postgres = started.use(await startScratchPostgres());
  const url = new URL(postgres.connectionString);
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`CREATE DATABASE ${template}`);
  await createTestLogins(client);
  await client.end();
  url.pathname = template;
  await prepareDatabase(url.href, { given: loginsAt(url.href), migrateQueue });

  await built;

  project.provide('postgres', { connectionString: postgres.connectionString, template });
  project.provide('redisUrl', redis.url);
  project.provide('ledgersUrl', ledgers.url);
  const running = started.move();
  return () => running.disposeAsync();
}
