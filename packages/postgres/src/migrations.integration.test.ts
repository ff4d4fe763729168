import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { applyMigrations, schemaDiff } from './migrations.ts';

let folder: string;
let server: pg.Client;
let client: pg.Client;
let connectionString: string;
let name: string;

beforeAll(async () => {
  server = new pg.Client({ connectionString: inject('postgres').connectionString });
  await server.connect();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  await writeFile(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n');
  name = `migrate_${crypto.randomUUID().replaceAll('-', '')}`;
  await server.query(`CREATE DATABASE ${name}`);
  const url = new URL(inject('postgres').connectionString);
  url.pathname = name;
  connectionString = url.href;
  client = new pg.Client({ connectionString });
  await client.connect();
});

afterEach(async () => {
  await client.end();
  await server.query(`DROP DATABASE ${name}`);
  await rm(folder, { recursive: true });
});

afterAll(() => server.end());

async function migration(migrationName: string, sql: string): Promise<void> {
  await mkdir(join(folder, migrationName), { recursive: true });
  await writeFile(join(folder, migrationName, 'migration.sql'), sql);
}

const schema = [
  {
    path: 'schema.prisma',
    content: 'datasource db {\n  provider = "postgresql"\n}\nmodel thing {\n  id Int @id\n}\n',
  },
];

const withFunction = `
CREATE TABLE thing (id int PRIMARY KEY);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id < 0 THEN RAISE EXCEPTION 'negative; refused'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refuse_negative BEFORE INSERT ON thing FOR EACH ROW EXECUTE FUNCTION refuse();
`;

describe('applyMigrations', () => {
  it('applies files with functions and triggers, each once, whoever calls first', async () => {
    await migration('1_things', withFunction);
    await migration('2_more', 'ALTER TABLE thing ADD COLUMN note text;');
    const applied = await Promise.all(
      [1, 2, 3].map(() => applyMigrations(connectionString, { folder, schema })),
    );
    expect(applied.toSorted((a, b) => b.length - a.length)).toEqual([['1_things', '2_more'], [], []]);
    await expect(client.query('INSERT INTO thing VALUES (-1)')).rejects.toThrow('negative; refused');
  });

  it('leaves nothing of a file that fails, says why, and tries it again the next time', async () => {
    await migration('1_half', `${withFunction} INSERT INTO thing VALUES (-1);`);
    await expect(applyMigrations(connectionString, { folder, schema })).rejects.toThrow('negative; refused');
    await expect(client.query('SELECT FROM thing')).rejects.toThrow('does not exist');
    const { rows } = await client.query('SELECT migration_name, finished_at, logs FROM _prisma_migrations');
    expect(rows).toEqual([
      {
        migration_name: '1_half',
        finished_at: null,
        logs: expect.stringContaining('negative; refused') as string,
      },
    ]);

    await migration('1_half', withFunction);
    expect(await applyMigrations(connectionString, { folder, schema })).toEqual(['1_half']);
  });
});

describe('schemaDiff', () => {
  it('finds no difference where the migrations lead to the schema, and leaves no database behind', async () => {
    await migration('1_things', 'CREATE TABLE "thing" ("id" INTEGER NOT NULL, PRIMARY KEY ("id"));');
    expect(await schemaDiff(connectionString, { folder, schema })).toBeUndefined();
    const { rows } = await server.query("SELECT datname FROM pg_database WHERE datname LIKE 'shadow_%'");
    expect(rows).toEqual([]);
  });

  it('finds what the migrations lack', async () => {
    expect(await schemaDiff(connectionString, { folder, schema })).toContain('CREATE TABLE "thing"');
  });
});
