import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import { testLogins } from '../../testing/test-logins.ts';
import {
  brokenBy,
  releaseContractOf,
  schemaContractOf,
  type ReleaseContract,
  type SchemaContract,
} from '../../testing/upgrade/schema-contract.ts';
import type { Database } from '../infra/database.ts';

const folder = join(import.meta.dirname, '../../testing/upgrade/releases');
const releases = readdirSync(folder).map((name) => name.replace('.json', ''));

const stack = new AsyncDisposableStack();
let owner: Database;
beforeAll(async () => {
  const database = stack.use(await createTestDatabase());
  owner = stack.use(database.open({ as: 'OWNER' }));
  // `RELEASE=<release> npx vitest run upgrade --project integration` writes down what a release relies on.
  const { RELEASE: release } = process.env;
  if (release)
    writeFileSync(
      join(folder, `${release}.json`),
      `${JSON.stringify(releaseContractOf(await now()), null, 2)}\n`,
    );
});
afterAll(() => stack.disposeAsync());

const now = (): Promise<SchemaContract> => schemaContractOf(owner, testLogins.app);

test.each(releases)('statements of %s run on the schema as it is now', async (release) => {
  const older = JSON.parse(readFileSync(join(folder, `${release}.json`), 'utf8')) as ReleaseContract;
  expect(older.promises.length).toBeGreaterThan(500);
  expect(
    brokenBy(older, await now()),
    `a node of ${release} that still runs would fail: docs/operations/deploying.md, Upgrading`,
  ).toEqual([]);
});

class Undone extends Error {}

/** What a migration with this would break. */
const broken = async (...statements: string[]): Promise<string[]> => {
  const before = releaseContractOf(await now());
  let faults: string[] = [];
  const migrated = owner.transaction(async (tx) => {
    for (const statement of statements) await tx.query(statement, []);
    faults = brokenBy(before, await schemaContractOf(tx, testLogins.app));
    throw new Undone();
  });
  await expect(migrated).rejects.toThrow(Undone);
  return faults;
};

describe('a migration', () => {
  test.each([
    ['drops a column', 'ALTER TABLE task DROP COLUMN goal CASCADE', 'gone: column task.goal text'],
    ['renames one', 'ALTER TABLE task RENAME COLUMN goal TO aim', 'gone: column task.goal text'],
    [
      'gives one another type',
      'ALTER TABLE passkey ALTER COLUMN name TYPE varchar(9)',
      'gone: column passkey.name text',
    ],
    [
      'lets one be null',
      'ALTER TABLE passkey ALTER COLUMN name DROP NOT NULL',
      'gone: never null passkey.name',
    ],
    [
      'lets one be null no more',
      'ALTER TABLE passkey ALTER COLUMN last_used_at SET NOT NULL',
      'asked anew: passkey.last_used_at may not be null',
    ],
    [
      'adds one that has to be given',
      'ALTER TABLE passkey ADD COLUMN colour text NOT NULL',
      'asked anew: passkey.colour has to be given',
    ],
    ['drops a table', 'DROP TABLE passkey CASCADE', 'gone: table passkey'],
    ['takes a right', `REVOKE INSERT ON passkey FROM ${testLogins.app}`, 'gone: INSERT passkey.name'],
    ['takes the right to read', `REVOKE SELECT ON passkey FROM ${testLogins.app}`, 'gone: SELECT passkey'],
    [
      'drops a key that statements name',
      'DROP INDEX passkey_credential_id_key',
      'gone: unique passkey public.passkey USING btree (credential_id)',
    ],
    [
      'asks more of rows',
      "ALTER TABLE passkey ADD CHECK (name <> '')",
      "asked anew: passkey CHECK ((name <> ''::text))",
    ],
  ])('that %s is no forward-compatible one', async (_what, statement, fault) => {
    expect(await broken(statement)).toContain(fault);
  });

  test('that only adds breaks nothing', async () => {
    expect(
      await broken(
        'ALTER TABLE passkey ADD COLUMN colour text CHECK (length(colour) < 9)',
        "ALTER TABLE passkey ADD COLUMN shape text NOT NULL DEFAULT 'round'",
        'CREATE TABLE colour (name text PRIMARY KEY)',
        'CREATE INDEX ON passkey (created_at)',
      ),
    ).toEqual([]);
  });
});
