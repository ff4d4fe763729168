import type { Transaction } from './database.ts';

/** Column name to a value that JSON can carry; dates as ISO text. */
export type Row = Readonly<Record<string, unknown>>;

const list = (columns: readonly string[]): string => columns.map((column) => `"${column}"`).join(', ');

const populate = (table: string): string => `json_populate_recordset(NULL::"${table}", $1::json)`;

const insertion = (table: string, first: Row): string => {
  const columns = list(Object.keys(first));
  return `INSERT INTO "${table}" (${columns}) SELECT ${columns} FROM ${populate(table)}`;
};

/** Many rows in one statement, which is not waited for. All rows have the columns of the first. */
export const insertRows = (tx: Transaction, table: string, rows: readonly Row[]): void => {
  const [first] = rows;
  if (first) tx.write(insertion(table, first), [JSON.stringify(rows)]);
};

/** Like insertRows, but a row that meets a unique constraint is left out; gives the ids that went in. */
export const insertNewRows = async (
  tx: Transaction,
  table: string,
  rows: readonly Row[],
): Promise<ReadonlySet<string>> => {
  const [first] = rows;
  if (!first) return new Set();
  const inserted = await tx.query<{ id: string }>(
    `${insertion(table, first)} ON CONFLICT DO NOTHING RETURNING id`,
    [JSON.stringify(rows)],
  );
  return new Set(inserted.map((row) => row.id));
};

/** Sets every column but `id` of many rows in one statement, which is not waited for. */
export const updateRows = (tx: Transaction, table: string, rows: readonly Row[]): void => {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first).filter((column) => column !== 'id');
  const assignments = columns.map((column) => `"${column}" = r."${column}"`).join(', ');
  tx.write(`UPDATE "${table}" t SET ${assignments} FROM ${populate(table)} r WHERE t.id = r.id`, [
    JSON.stringify(rows),
  ]);
};
