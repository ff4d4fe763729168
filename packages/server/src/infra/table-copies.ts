import type { Readable } from 'node:stream';
import { PostgresClient } from '@countersign/postgres/postgres-client';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { StatementRunner } from './database.ts';

/** Columns of a table, in the order in which a copy has them. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Rows of a table in PostgreSQL's text format, a line each. */
export interface TableRows {
  readonly rows: Readable;
  /** How many they were; to be asked once `rows` has ended. */
  count(): Promise<number>;
}

/** What the whole database was at one moment, however long it is read and whatever goes on meanwhile. */
export interface DatabaseSnapshot extends StatementRunner, AsyncDisposable {
  readonly tables: readonly CopiedTable[];
  /** One table at a time. */
  copyOut(this: void, table: CopiedTable): TableRows;
}

// The text of a value must be the same whatever the server or the user has set, and no clock may end a long copy.
const session = [
  'search_path=public',
  'TimeZone=UTC',
  'DateStyle=ISO',
  'IntervalStyle=postgres',
  'extra_float_digits=1',
  'bytea_output=hex',
  'client_encoding=UTF8',
  'lock_timeout=10s',
  'statement_timeout=0',
  'idle_in_transaction_session_timeout=0',
].map((setting) => `-c ${setting}`);

const namesOf = (names: readonly string[]): string => names.map(pg.escapeIdentifier).join(', ');

/**
 * Opens a snapshot of these tables of `public`. It takes no transaction's number, so it holds up no reader of the log,
 * and locks only out whoever would change a table's columns.
 */
export const openSnapshot = async (
  connectionString: string,
  tables: readonly string[],
): Promise<DatabaseSnapshot> => {
  const client = new PostgresClient({
    connectionString,
    application_name: 'backup',
    options: session.join(' '),
  });
  await using unready = new AsyncDisposableStack();
  unready.defer(() => client.end());
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // Before the first query, which is when the snapshot is taken.
  await client.query(`LOCK TABLE ${namesOf(tables)} IN ACCESS SHARE MODE`);
  const { rows } = await client.query<CopiedTable>(
    `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1::text[])
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     GROUP BY c.relname ORDER BY c.relname`,
    [tables],
  );
  const open = unready.move();
  return {
    tables: rows,
    async query<Row extends object>(text: string, values: readonly unknown[] = []) {
      return (await client.query<Row>(text, [...values])).rows;
    },
    copyOut({ name, columns }) {
      const stream = client.query(
        copyTo(`COPY ${pg.escapeIdentifier(name)} (${namesOf(columns)}) TO STDOUT`),
      );
      return {
        rows: stream,
        async count() {
          // The number comes after the last row: the answer to a later statement comes after both.
          await client.query('SELECT');
          return stream.rowCount;
        },
      };
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
};
