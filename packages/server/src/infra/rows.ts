import type { Transaction } from './database.ts';

/** A column that holds `Value`s. */
export interface Column<Value> {
  readonly name: string;
  readonly type: string;
  readonly isChangeable: boolean;
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
});
/** A column that may change in the life of its row. */
export const changeable = <Value>(name: string, type: string): Column<Value> => ({
  name,
  type,
  isChangeable: true,
});

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

/** For SELECT and RETURNING: the columns, named as the properties of a value. */
export const columnsOf = ({ name, columns }: AnyTable, source = name): string =>
  Object.entries(columns)
    .map(([key, { name: place, type }]) => `${readable(`"${source}"."${place}"`, type)} AS "${key}"`)
    .join(', ');

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
    text: `UPDATE "${name}" t SET ${assignments}
           FROM ${givenRows(table)} AS r WHERE t.id = r.id`,
  };
});

/** Many rows in one statement, which is not waited for. */
export const insertRows = <Row>(tx: Transaction, table: Table<Row>, rows: readonly Row[]): void => {
  if (rows.length > 0) tx.write(insertion(table), [JSON.stringify(rows)]);
};

/** Like insertRows, but a row that meets a unique constraint is left out; gives the ids that went in. */
export const insertNewRows = async <Row>(
  tx: Transaction,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<ReadonlySet<string>> => {
  if (rows.length === 0) return new Set();
  const inserted = await tx.query<{ id: string }>(`${insertion(table)} ON CONFLICT DO NOTHING RETURNING id`, [
    JSON.stringify(rows),
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
  const { keys, text } = change(table);
  // What cannot change, a task's actions for example, need not travel.
  const changes = rows.map((row) => {
    const changed: Partial<Row> = {};
    for (const key of keys) changed[key as keyof Row] = row[key as keyof Row];
    return changed;
  });
  tx.write(text, [JSON.stringify(changes)]);
};
