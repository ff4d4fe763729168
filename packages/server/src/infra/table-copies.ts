import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PostgresClient } from '@countersign/postgres/postgres-client';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { createCellCipher } from './cell-cipher.ts';
import { columnTypes, type StatementRunner, type Transaction } from './database.ts';

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

const connect = async (connectionString: string, purpose: string): Promise<PostgresClient> => {
  const client = new PostgresClient({
    connectionString,
    application_name: purpose,
    options: session.join(' '),
    types: columnTypes,
  });
  await client.connect();
  return client;
};

/**
 * Opens a snapshot of these tables of `public`. It takes no transaction's number, so it holds up no reader of the log,
 * and locks only out whoever would change a table's columns.
 */
export const openSnapshot = async (
  connectionString: string,
  tables: readonly string[],
): Promise<DatabaseSnapshot> => {
  const client = await connect(connectionString, 'backup');
  await using unready = new AsyncDisposableStack();
  unready.defer(() => client.end());
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

/** One transaction, in which tables are filled. */
export interface TableFilling extends Transaction {
  /** Gives how many rows there were. */
  copyIn(this: void, table: CopiedTable, rows: Readable): Promise<number>;
}

/** Commits what `work` did, or leaves everything as it was where it throws. */
export const fillTables = async <Value>(
  connectionString: string,
  work: (tx: TableFilling) => Promise<Value>,
): Promise<Value> => {
  const client = await connect(connectionString, 'restore');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => client.end());
  let failure: { readonly error: unknown } | undefined;
  const query = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    try {
      return (await client.query<Row>(text, [...values])).rows;
    } catch (error) {
      // What is asked after it only says that it is over.
      failure ??= { error };
      throw error;
    }
  };
  const written: Promise<unknown>[] = [];
  await client.query('BEGIN');
  try {
    const value = await work({
      // Copies stay as they are, encrypted or not; what is added beside them holds no payload.
      cells: createCellCipher(),
      query,
      write(text, values) {
        const writing = query(text, values);
        writing.catch(() => undefined);
        written.push(writing);
      },
      async copyIn({ name, columns }, rows) {
        const copy = client.query(
          copyFrom(`COPY ${pg.escapeIdentifier(name)} (${namesOf(columns)}) FROM STDIN`),
        );
        await pipeline(rows, copy);
        return copy.rowCount;
      },
    });
    await Promise.all(written);
    await client.query('COMMIT');
    return value;
  } catch (error) {
    // With the connection the transaction ends, whatever state it is in.
    throw failure ? failure.error : error;
  }
};

/** A transaction costs some microseconds; beyond that it would be hours, and the server's own limit of what is old. */
const mostTransactions = 1_000_000_000n;
const transactionsAtOnce = 100_000n;

/**
 * Lets the server count its transactions up to a number, which it gives to none again: what was ordered by numbers of
 * another server stays before what comes.
 */
export const raiseTransactions = async (connectionString: string, upTo: bigint): Promise<void> => {
  const client = await connect(connectionString, 'restore');
  try {
    await client.query('SET synchronous_commit TO off');
    for (;;) {
      const { rows } = await client.query<{ next: bigint }>(
        'SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next',
      );
      const missing = upTo - (rows[0]?.next ?? 0n);
      if (missing <= 0n) return;
      if (missing > mostTransactions)
        throw new Error(
          `The server of the backup had counted ${missing} transactions more than this one, which would take hours to catch up: let an administrator set this one further (pg_resetwal --next-transaction-id), or restore into one that is as far.`,
        );
      const count = missing < transactionsAtOnce ? missing : transactionsAtOnce;
      await client.query(
        `DO $$ BEGIN FOR i IN 1..${count} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$`,
      );
    }
  } finally {
    await client.end();
  }
};
