import type { CellType } from './cell-cipher.ts';
import type { Transaction } from './database.ts';
import { cellsRead, type ReadCell } from './encrypted-cells.ts';

/** A column that holds `Value`s. */
export interface Column<Value> {
  readonly name: string;
  readonly type: string;
  readonly isChangeable: boolean;
  /** Whether its values are encrypted where keys are configured: SQL sees nothing of them. */
  readonly isEncrypted: boolean;
  /** Of the type alone: there is no such property. */
  readonly value?: Value;
}

type Columns = Readonly<Record<string, Column<unknown>>>;

/**
 * A table whose rows are values of the domain. What the schema says is a `Table<Task>` only where its columns
 * and the properties of a task are the same, none missing and none too many.
 */
export interface Table<Row> {
  readonly name: string;
  /** By the property that holds the value. */
  readonly columns: Columns;
  /** Of the type alone: there is no such property. */
  readonly row?: (row: Row) => Row;
}

type RowOf<Of> = { [Key in keyof Of]: Of[Key] extends Column<infer Value> ? Value : never };

/** A column that is written once. */
export const column = <Value>(name: string, type: string): Column<Value> => ({
  name,
  type,
  isChangeable: false,
  isEncrypted: false,
});
/** A column that may change in the life of its row. */
export const changeable = <Value>(name: string, type: string): Column<Value> => ({
  name,
  type,
  isChangeable: true,
  isEncrypted: false,
});
/** A column that holds payload of callers. */
export const encrypted = <Value>(of: Column<Value>): Column<Value> => ({ ...of, isEncrypted: true });

export const defineTable = <Of extends Columns>(name: string, columns: Of): Table<RowOf<Of>> => ({
  name,
  columns,
});

/** The same table, seen through some of its columns. */
export const only = <Row, Key extends keyof Row>(
  { name, columns }: Table<Row>,
  ...keys: readonly Key[]
): Table<Pick<Row, Key>> => ({ name, columns: chosen(columns, (key) => keys.includes(key as Key)) });

/** The same table, seen without some of its columns. */
export const without = <Row, Key extends keyof Row>(
  { name, columns }: Table<Row>,
  ...keys: readonly Key[]
): Table<Omit<Row, Key>> => ({ name, columns: chosen(columns, (key) => !keys.includes(key as Key)) });

const chosen = (columns: Columns, isChosen: (key: string) => boolean): Columns =>
  Object.fromEntries(Object.entries(columns).filter(([key]) => isChosen(key)));

type AnyTable = Pick<Table<unknown>, 'name' | 'columns'>;

/** Arrays that the driver reads; one of our own enums would arrive as text. */
const knownArrays = new Set(['uuid[]', 'text[]']);
const readable = (place: string, type: string): string =>
  type.endsWith('[]') && !knownArrays.has(type) ? `${place}::text[]` : place;

const encryptedOf = ({ columns }: AnyTable): readonly (readonly [key: string, column: Column<unknown>])[] =>
  Object.entries(columns).filter(([, { isEncrypted }]) => isEncrypted);

/** For SELECT and RETURNING: the columns, named as the properties of a value; what is encrypted arrives decrypted. */
export const columnsOf = (table: AnyTable, source = table.name): string => {
  const { name, columns } = table;
  const selected = Object.entries(columns).map(
    ([key, { name: place, type }]) => `${readable(`"${source}"."${place}"`, type)} AS "${key}"`,
  );
  const cells = encryptedOf(table).map(([key, { name: column, type }]) => ({
    at: key,
    table: name,
    column,
    type: type as CellType,
  }));
  if (cells.length === 0) return selected.join(', ');
  const id = columns.id ? 'id' : `@${source} id`;
  const tenantId = columns.tenantId ? 'tenantId' : `@${source} tenantId`;
  const besides = [
    ...(columns.id ? [] : [`"${source}"."id" AS "${id}"`]),
    ...(columns.tenantId ? [] : [`"${source}"."tenant_id" AS "${tenantId}"`]),
  ];
  return [...selected, ...besides].join(', ') + cellsRead(cells.map((cell) => ({ ...cell, id, tenantId })));
};

/**
 * For a statement that names encrypted columns of a table itself: where its rows have each of them, and the id and the
 * tenant of the row that they stand in. What is named `@…` is read for that alone, and left out of the answer.
 */
export const cellsOf = <Row>(
  { name, columns }: Table<Row>,
  at: Partial<Record<keyof Row & string, string>>,
  row: Pick<ReadCell, 'id' | 'tenantId'>,
  /** Where the documents are read as text. */
  isText = false,
): string =>
  cellsRead(
    Object.entries(at).map(([key, path]) => {
      const found = columns[key];
      if (!found?.isEncrypted) throw new Error(`"${key}" of "${name}" is not encrypted.`);
      const type = isText && found.type === 'jsonb' ? 'jsonb::text' : (found.type as CellType);
      return { at: path as string, table: name, column: found.name, type, ...row };
    }),
  );

/** Rows as they are written: encrypted where they are to be. */
export const sealedRows = <Row>(
  { cells }: Pick<Transaction, 'cells'>,
  table: Pick<Table<unknown>, 'name' | 'columns'>,
  rows: readonly Row[],
): readonly Row[] => {
  const sealed = encryptedOf(table);
  if (sealed.length === 0) return rows;
  return rows.map((row) => {
    const { id, tenantId } = row as { readonly id?: unknown; readonly tenantId?: unknown };
    if (typeof id !== 'string' || typeof tenantId !== 'string')
      throw new Error(`A row of "${table.name}" is written without its id or its tenant.`);
    const written = { ...row } as Record<string, unknown>;
    for (const [key, { name: column, type }] of sealed)
      if (key in written)
        written[key] = cells.seal(type as CellType, written[key], {
          table: table.name,
          column,
          tenantId,
          id,
        });
    return written as Row;
  });
};

/** For INSERT: where values go. */
export const placesOf = ({ columns }: AnyTable): string =>
  Object.values(columns)
    .map(({ name }) => `"${name}"`)
    .join(', ');

/** For SELECT from values that came as JSON, in the order of `placesOf`. */
export const valuesOf = ({ columns }: AnyTable): string =>
  Object.keys(columns)
    .map((key) => `"${key}"`)
    .join(', ');

/**
 * For FROM: the rows of `$1`, a JSON array, named as the properties of a value; `number` names a column that
 * counts them from 1. A document is read as json and made jsonb row by row: made while the array is
 * read, its memory is given back after the last row only, which costs several times as much.
 */
export const givenRows = ({ columns }: AnyTable, number?: string): string => {
  const columnList = Object.entries(columns);
  const read = columnList.map(([key, { type }]) => `"${key}" ${type === 'jsonb' ? 'json' : type}`).join(', ');
  const made = columnList.map(([key, { type }]) => (type === 'jsonb' ? `"${key}"::jsonb` : `"${key}"`));
  const names = [...Object.keys(columns).map((key) => `"${key}"`), ...(number === undefined ? [] : [number])];
  return `(SELECT ${[...made, ...names.slice(made.length)].join(', ')}
            FROM ROWS FROM (json_to_recordset($1::json) AS (${read}))
            ${number === undefined ? '' : 'WITH ORDINALITY'} AS given(${names.join(', ')}))`;
};

const oncePerTable = <Value>(make: (table: AnyTable) => Value): ((table: AnyTable) => Value) => {
  const made = new WeakMap<AnyTable, Value>();
  return (table) => {
    const known = made.get(table) ?? make(table);
    made.set(table, known);
    return known;
  };
};

const insertion = oncePerTable(
  (table) =>
    `INSERT INTO "${table.name}" (${placesOf(table)})
     SELECT ${valuesOf(table)} FROM ${givenRows(table)} AS r`,
);

const change = oncePerTable(({ name, columns }) => {
  const changed = Object.entries(columns).filter(([, { isChangeable }]) => isChangeable);
  const table = { name, columns: { id: column('id', 'uuid'), ...Object.fromEntries(changed) } };
  const assignments = changed.map(([key, { name: place }]) => `"${place}" = r."${key}"`).join(', ');
  return {
    keys: Object.keys(table.columns),
    changed: { name, columns: table.columns },
    text: `UPDATE "${name}" t SET ${assignments}
           FROM ${givenRows(table)} AS r WHERE t.id = r.id`,
  };
});

/** Many rows in one statement, which is not waited for. */
export const insertRows = <Row>(tx: Transaction, table: Table<Row>, rows: readonly Row[]): void => {
  if (rows.length > 0) tx.write(insertion(table), [JSON.stringify(sealedRows(tx, table, rows))]);
};

/** Like insertRows, but a row that meets a unique constraint is left out; gives the ids that went in. */
export const insertNewRows = async <Row>(
  tx: Transaction,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<ReadonlySet<string>> => {
  if (rows.length === 0) return new Set();
  const inserted = await tx.query<{ id: string }>(`${insertion(table)} ON CONFLICT DO NOTHING RETURNING id`, [
    JSON.stringify(sealedRows(tx, table, rows)),
  ]);
  return new Set(inserted.map((row) => row.id));
};

/** Sets what may change of many rows in one statement, which is not waited for. */
export const updateRows = <Row extends { readonly id: string }>(
  tx: Transaction,
  table: Table<Row>,
  rows: readonly Row[],
): void => {
  if (rows.length === 0) return;
  const { keys, changed: columns, text } = change(table);
  // What cannot change, a task's actions for example, need not travel.
  const changes = sealedRows(tx, columns, rows).map((row) => {
    const changed: Partial<Row> = {};
    for (const key of keys) changed[key as keyof Row] = row[key as keyof Row];
    return changed;
  });
  tx.write(text, [JSON.stringify(changes)]);
};
