import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../testing/postgres.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, updateRows, type Column, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

type Row = Record<string, unknown>;
interface Found {
  readonly name: string;
  readonly isNullable: boolean;
  readonly type: string;
  readonly mayUpdate: boolean;
}

const stack = new AsyncDisposableStack();
let database: Database;
let owner: Database;
const labels = new Map<string, string[]>();

beforeAll(async () => {
  const testDatabase = stack.use(await createTestDatabase());
  database = stack.use(testDatabase.open());
  owner = stack.use(testDatabase.open({ as: 'OWNER' }));
  const enums = await owner.query<{ name: string; labels: string[] }>(
    `SELECT enumtypid::regtype::text AS name, array_agg(enumlabel::text) AS labels FROM pg_enum GROUP BY 1`,
  );
  enums.forEach((each) => labels.set(each.name, each.labels));
});
afterAll(() => stack.disposeAsync());

const foundIn = (table: string): Promise<Found[]> =>
  database.query<Found>(
    `SELECT attname::text AS name, NOT attnotnull AS "isNullable", CASE WHEN typelem = 0 OR typlen <> -1 THEN typname ELSE (SELECT typname FROM pg_type e WHERE e.oid = t.typelem) || '[]' END::text AS type,
            has_column_privilege(attrelid, attname, 'UPDATE') AS "mayUpdate"
     FROM pg_attribute JOIN pg_type t ON t.oid = atttypid WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [table],
  );

// What PostgreSQL cannot hold as text nor as JSON.
const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', ''));
const document = fc
  .jsonValue({ stringUnit: 'grapheme' })
  .filter((value) => value !== null && !JSON.stringify(value).includes('\\u0000'))
  .map((value): unknown => JSON.parse(JSON.stringify(value)));
const simple: Record<string, fc.Arbitrary<unknown>> = {
  uuid: fc.uuid(),
  text,
  int2: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  int4: fc.integer(),
  int8: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  bool: fc.boolean(),
  timestamptz: fc.date({ min: new Date('1900-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
  jsonb: document,
  bytea: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
};
const valueOf = (type: string): fc.Arbitrary<unknown> =>
  type.endsWith('[]')
    ? fc.array(valueOf(type.slice(0, -2)), { maxLength: 3 })
    : (simple[type] ?? fc.constantFrom(...(labels.get(type) ?? [])));

const rowOf = (columns: Record<string, Column<unknown>>, found: readonly Found[]): fc.Arbitrary<Row> =>
  fc.record(
    Object.fromEntries(
      Object.entries(columns).map(([key, { name, type }]) => {
        const value = valueOf(type);
        if (found.find((each) => each.name === name)?.isNullable) return [key, fc.option(value)];
        // Whatever has to be another in each row is.
        return [key, type === 'text' ? fc.tuple(value, fc.uuid()).map((parts) => parts.join('')) : value];
      }),
    ),
  );

/** As owner, without the guards of the record, and forgotten again. */
const inPassing = async (work: (tx: Transaction) => Promise<void>): Promise<void> => {
  const over = new Error('over');
  await owner
    .transaction(async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      await tx.query('ALTER TABLE principal DROP CONSTRAINT principal_has_an_owner');
      await tx.query('ALTER TABLE task DROP CONSTRAINT task_plan_is_known');
      await tx.query('DROP INDEX backup_run_open_key');
      await tx.query('DROP INDEX restore_run_open_key');
      await work(tx);
      throw over;
    })
    .catch((error: unknown) => {
      if (error !== over) throw error;
    });
};

/** JSON has no number that is as large, and no bytes; the stores write none of either that way. */
const carried = (row: Row): Row & { id: string } => ({
  id: '',
  ...Object.fromEntries(
    Object.entries(row).map(([key, value]) => {
      if (Buffer.isBuffer(value)) return [key, `\\x${value.toString('hex')}`];
      return [key, typeof value === 'bigint' ? String(value) : value];
    }),
  ),
});

const all = Object.values(tables).map(({ name, columns }): Table<Row & { id: string }> => ({
  name,
  columns,
}));

describe.each(all)('rows of $name', (table) => {
  const { name, columns } = table;
  const key = Object.keys(columns)[0] ?? '';
  const readAll = async (tx: Transaction): Promise<Row[]> =>
    inOrder(await tx.query<Row>(`SELECT ${columnsOf(table)} FROM "${name}"`));
  const inOrder = (rows: readonly Row[]): Row[] =>
    rows.toSorted((a, b) => (String(a[key]) < String(b[key]) ? -1 : 1));

  it('are the columns of the database, and what may change is what the application may change', async () => {
    const found = await foundIn(name);
    const said = Object.values(columns).map((column) => ({
      name: column.name,
      type: column.type,
      mayUpdate: column.isChangeable,
    }));
    expect(new Set(said)).toEqual(new Set(found.map(({ isNullable: _, ...column }) => column)));
  });

  it('come back as they were written, and change in what may change alone', async () => {
    const row = rowOf(columns, await foundIn(name));
    const pairs = fc.uniqueArray(fc.record({ before: row, after: row }), {
      minLength: 1,
      maxLength: 4,
      selector: ({ before }) => String(before[key]),
    });
    const changeable = Object.keys(columns).filter((each) => columns[each]?.isChangeable);
    const isUpdated = columns.id?.type === 'uuid' && changeable.length > 0;
    await fc.assert(
      fc.asyncProperty(pairs, (found) =>
        inPassing(async (tx) => {
          await tx.query(`DELETE FROM "${name}"`);
          insertRows(
            tx,
            table,
            found.map(({ before }) => carried(before)),
          );
          expect(await readAll(tx)).toEqual(inOrder(found.map(({ before }) => before)));
          if (!isUpdated) return;
          updateRows(
            tx,
            table,
            found.map(({ before, after }) => carried({ ...after, id: before.id })),
          );
          const changed = found.map(({ before, after }) => ({
            ...before,
            ...Object.fromEntries(changeable.map((each) => [each, after[each]])),
          }));
          expect(await readAll(tx)).toEqual(inOrder(changed));
        }),
      ),
      { numRuns: 15 },
    );
  });
});

it('lets nobody but the application work with the rights of the owner', async () => {
  const found = await owner.query<{ name: string; byAnybody: boolean; byUs: boolean }>(
    `SELECT proname::text AS name, has_function_privilege('public', oid, 'EXECUTE') AS "byAnybody",
            has_function_privilege($1, oid, 'EXECUTE') AS "byUs"
       FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef`,
    [await userOf(database)],
  );
  expect(found.map(({ name }) => name)).toContain('erase_events');
  expect(found.filter(({ byAnybody, byUs }) => byAnybody || !byUs)).toEqual([]);
});

it('has every trigger, and whatever works with the rights of the owner, find its tables by itself', async () => {
  const found = await owner.query<{ name: string }>(
    `SELECT p.proname::text AS name FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
      WHERE p.pronamespace = 'public'::regnamespace AND (l.lanname = 'plpgsql' OR p.prosecdef)
        AND NOT EXISTS (SELECT FROM unnest(p.proconfig) setting WHERE setting LIKE 'search_path=%')`,
  );
  expect(found).toEqual([]);
});

const userOf = async (asked: Database): Promise<string> =>
  (await asked.query<{ name: string }>('SELECT current_user::text AS name'))[0]?.name ?? '';
