import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PostgresClient } from './postgres-client.ts';
import {
  migrationsFolder,
  noFilters,
  withSchemaEngine,
  readMigrations,
  readSchema,
} from './schema-engine.ts';
import { startScratchPostgres } from './scratch-postgres.ts';

// Any number will do that nobody else locks; Prisma's own engine uses 72707369.
const migrationLock = 7_261_005;

/**
 * Applies what `prisma/migrations` has and the database lacks, as `prisma migrate deploy` does, and returns
 * the names. Several processes may start at once: an advisory lock lets one work, the others then find
 * nothing to do.
 *
 * PostgreSQL runs one migration file as one transaction, so a file that fails changes nothing. It leaves a
 * row without `finished_at` in `_prisma_migrations`, with the error in `logs`, and every later call
 * refuses to go on (P3009) until somebody has looked: mend the file, then `node prisma/migrate.ts
 * rolled-back <name>` and apply again. Only a file with its own COMMIT or CONCURRENTLY can stop half way.
 */
export async function applyMigrations(
  connectionString: string,
  { folder = migrationsFolder } = {},
): Promise<string[]> {
  const lockHolder = new PostgresClient({ connectionString, application_name: 'countersign-migrate' });
  await lockHolder.connect();
  try {
    await lockHolder.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const migrationsList = await readMigrations(folder);
    const { appliedMigrationNames } = await withSchemaEngine(connectionString, (engine) =>
      engine.applyMigrations({ migrationsList, filters: noFilters }),
    );
    return appliedMigrationNames;
  } catch (cause) {
    // The engine appends a trace of its own insides, which helps nobody who reads the sentence.
    const reason = cause instanceof Error ? cause.message.replace(/\n\s+0: [^]*/, '') : String(cause);
    throw new Error(`The database could not be migrated: ${reason.trim()}`, { cause });
  } finally {
    await lockHolder.end();
  }
}

/**
 * The SQL that leads from the migrations to the schema; undefined when they agree. `connectionString` names
 * a server where the migrations may be played into a database that is dropped again.
 */
export async function schemaDiff(
  connectionString: string,
  { folder = migrationsFolder } = {},
): Promise<string | undefined> {
  const from = { tag: 'migrations' as const, ...(await readMigrations(folder)) };
  const to = { tag: 'schemaDatamodel' as const, ...(await readSchema()) };
  const { stdout, exitCode } = await withSchemaEngine(connectionString, (engine) =>
    engine.diff({ from, to, script: true, exitCode: true, filters: noFilters }),
  );
  return exitCode === 2 ? (stdout ?? '') : undefined;
}

/** Lets a migration that failed be applied again; its file must be mended and its traces removed before. */
export async function markRolledBack(connectionString: string, migrationName: string): Promise<void> {
  await withSchemaEngine(connectionString, (engine) => engine.markMigrationRolledBack({ migrationName }));
}

async function apply(): Promise<void> {
  const names = await applyMigrations(databaseUrl());
  console.log(names.length > 0 ? names.map((name) => `applied ${name}`).join('\n') : 'nothing to apply');
}

async function writeMigration(name: string): Promise<void> {
  await using server = await startScratchPostgres();
  const sql = await schemaDiff(server.connectionString);
  const timestamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const folder = join(migrationsFolder, `${timestamp}_${name}`);
  await mkdir(folder);
  // An empty file is wanted too: roles, grants and triggers are written by hand.
  await writeFile(join(folder, 'migration.sql'), sql ?? '');
  console.log(`${sql === undefined ? 'no difference; wrote an empty' : 'wrote'} ${folder}/migration.sql`);
}

async function check(): Promise<void> {
  await using server = await startScratchPostgres();
  const sql = await schemaDiff(server.connectionString);
  if (sql === undefined) return;
  console.error(
    `The schema has changed without a migration; run "node prisma/migrate.ts new <name>".\n\n${sql}`,
  );
  process.exitCode = 1;
}

function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error('Set DATABASE_URL to the database that is to be migrated.');
  return url;
}

async function runCommand([command, name]: string[]): Promise<void> {
  if (command === 'apply') return apply();
  if (command === 'check') return check();
  if (command === 'new' && name && /^[a-z0-9_]+$/.test(name)) return writeMigration(name);
  if (command === 'rolled-back' && name) return markRolledBack(databaseUrl(), name);
  throw new Error(
    'usage: node prisma/migrate.ts apply | check | new <snake_case_name> | rolled-back <migration>',
  );
}

if (import.meta.main) {
  try {
    await runCommand(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
