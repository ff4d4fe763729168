import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as migrations from '@countersign/postgres/migrations';
import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import { prismaFolder, readSchemaFiles } from './schema-files.ts';

const folder = join(prismaFolder, 'migrations');

/** Applies what `prisma/migrations` has and the database lacks, and returns the names. */
export const applyMigrations = async (connectionString: string): Promise<string[]> =>
  migrations.applyMigrations(connectionString, { folder, schema: await readSchemaFiles() });

/** Of all there are. */
export const readMigrationNames = (): Promise<string[]> => migrations.readMigrationNames(folder);

/** The SQL that leads from the migrations to the schema; undefined when they agree. */
const schemaDiff = async (): Promise<string | undefined> => {
  await using server = await startScratchPostgres();
  return await migrations.schemaDiff(server.connectionString, { folder, schema: await readSchemaFiles() });
};

async function apply(): Promise<void> {
  const names = await applyMigrations(databaseUrl());
  console.log(names.length > 0 ? names.map((name) => `applied ${name}`).join('\n') : 'nothing to apply');
}

async function writeMigration(name: string): Promise<void> {
  const sql = await schemaDiff();
  const timestamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const migration = join(folder, `${timestamp}_${name}`);
  await mkdir(migration);
  // An empty file is wanted too: roles, grants and triggers are written by hand.
  await writeFile(join(migration, 'migration.sql'), sql ?? '');
  console.log(`${sql === undefined ? 'no difference; wrote an empty' : 'wrote'} ${migration}/migration.sql`);
}

async function check(): Promise<void> {
  const sql = await schemaDiff();
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
