import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { asOwner } from './owner-connection.ts';
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
 * row without `finished_at` in `_prisma_migrations`, with the error in `logs`; the next call tries it again.
 * A file must have no COMMIT and no CONCURRENTLY of its own: it could stop half way.
 */
export async function applyMigrations(
  connectionString: string,
  { folder = migrationsFolder } = {},
): Promise<string[]> {
  return asOwner(connectionString, async (lockHolder) => {
    await lockHolder.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    try {
      await forgetFailures(lockHolder);
      const migrationsList = await readMigrations(folder);
      const { appliedMigrationNames } = await withSchemaEngine(connectionString, (engine) =>
        engine.applyMigrations({ migrationsList, filters: noFilters }),
      );
      return appliedMigrationNames;
    } catch (cause) {
      // The engine appends a trace of its own insides, which helps nobody who reads the sentence.
      const reason = cause instanceof Error ? cause.message.replace(/\n\s+0: [^]*/, '') : String(cause);
      throw new Error(`The database could not be migrated: ${reason.trim()}`, { cause });
    }
  });
}

/** Nobody else migrates now, so a file that was begun and not finished has failed, and left nothing to mend. */
async function forgetFailures(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query("SELECT FROM pg_class WHERE oid = to_regclass('_prisma_migrations')");
  if (rows.length === 0) return;
  await owner.query(
    'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL',
  );
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
  throw new Error('usage: node prisma/migrate.ts apply | check | new <snake_case_name>');
}

if (import.meta.main) {
  try {
    await runCommand(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
