import type pg from 'pg';
import { asOwner } from './owner-connection.ts';
import { noFilters, readMigrations, withSchemaEngine, type SchemaFile } from './schema-engine.ts';

export { readMigrationNames } from './schema-engine.ts';
export type { SchemaFile };

export interface MigrationSource {
  /** Of Prisma's migrations. */
  folder: string;
  /** What they lead to. */
  schema: readonly SchemaFile[];
}

// Any number will do that nobody else locks; Prisma's own engine uses 72707369.
const migrationLock = 7_261_005;

/**
 * Applies what the folder has and the database lacks, as `prisma migrate deploy` does, and returns
 * the names. Several processes may start at once: an advisory lock lets one work, the others then find
 * nothing to do.
 *
 * PostgreSQL runs one migration file as one transaction, so a file that fails changes nothing. It leaves a
 * row without `finished_at` in `_prisma_migrations`, with the error in `logs`; the next call tries it again.
 * A file must have no COMMIT and no CONCURRENTLY of its own: it could stop half way.
 */
export async function applyMigrations(
  connectionString: string,
  { folder, schema }: MigrationSource,
): Promise<string[]> {
  return asOwner(connectionString, async (lockHolder) => {
    await lockHolder.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    try {
      const migrationsList = await readMigrations(folder);
      await forgetFailures(lockHolder, migrationsList);
      if (await hasAll(lockHolder, migrationsList)) return [];
      const { appliedMigrationNames } = await withSchemaEngine(connectionString, schema, (engine) =>
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

/** Most starts find nothing to do, and need not pay for the engine to find that out. */
async function hasAll(
  owner: pg.Client,
  { migrationDirectories }: Awaited<ReturnType<typeof readMigrations>>,
): Promise<boolean> {
  if (!(await isMigrated(owner))) return false;
  const { rows } = await owner.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
  );
  const applied = new Set(rows.map(({ name }) => name));
  return migrationDirectories.every(({ path }) => applied.has(path));
}

/**
 * Nobody else migrates now, so a file that was begun and not finished has failed, and left nothing to mend. Those of
 * another application are its own business.
 */
async function forgetFailures(
  owner: pg.Client,
  { migrationDirectories }: Awaited<ReturnType<typeof readMigrations>>,
): Promise<void> {
  if (!(await isMigrated(owner))) return;
  await owner.query(
    `UPDATE _prisma_migrations SET rolled_back_at = now()
     WHERE finished_at IS NULL AND rolled_back_at IS NULL AND migration_name = ANY ($1::text[])`,
    [migrationDirectories.map(({ path }) => path)],
  );
}

async function isMigrated(owner: pg.Client): Promise<boolean> {
  const { rows } = await owner.query("SELECT FROM pg_class WHERE oid = to_regclass('_prisma_migrations')");
  return rows.length > 0;
}

/**
 * The SQL that leads from the migrations to the schema; undefined when they agree. `connectionString` names
 * a server where the migrations may be played into a database that is dropped again.
 */
export async function schemaDiff(
  connectionString: string,
  { folder, schema }: MigrationSource,
): Promise<string | undefined> {
  const from = { tag: 'migrations' as const, ...(await readMigrations(folder)) };
  const to = { tag: 'schemaDatamodel' as const, files: [...schema] };
  const { stdout, exitCode } = await withSchemaEngine(connectionString, schema, (engine) =>
    engine.diff({ from, to, script: true, exitCode: true, filters: noFilters }),
  );
  return exitCode === 2 ? (stdout ?? '') : undefined;
}
