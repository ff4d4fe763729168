import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../infra/database.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/postgres.ts';

const root = join(import.meta.dirname, '../../../..');

/** What an operator is told to ask the database for, with the page that says so. */
const queries = globSync('docs/operations/**/*.md', { cwd: root }).flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/`(SELECT [^`]+;)`/g)].map(
    ([, query = '']) => [page, query] as const,
  ),
);

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = testDatabase.open({ as: 'OWNER' });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await testDatabase[Symbol.asyncDispose]();
});

test('there are queries in the runbooks', () => {
  expect(queries.map(([page]) => page)).toContain('docs/operations/runbooks/worker-stuck.md');
});

test.each(queries)('%s has a query that the owner of the tables may ask: %s', async (_, query) => {
  await expect(database.query(query)).resolves.toBeInstanceOf(Array);
});
