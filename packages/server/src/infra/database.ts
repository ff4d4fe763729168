import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createPostgresPool } from '@countersign/postgres/postgres-client';
import pg from 'pg';
import { describeConnectionError, placeOf } from './database-errors.ts';
import { createDatabaseListener, type NotificationHandler } from './database-listener.ts';
import { createCellCipher, type CellCipher } from './cell-cipher.ts';
import { cellsReadBy, openCells, orUnreadable, type ReadCell } from './encrypted-cells.ts';
import { CoalescingSocket } from './coalesced-writes.ts';
import type { Logger } from './logger.ts';
import {
  createReplica,
  type History,
  type Replica,
  type ReplicaOptions,
  type ReplicaState,
} from './replica.ts';
import type { StatementRunner } from './statement-runner.ts';
import { createWriteWatch, WriteRefusedError } from './write-watch.ts';

export type { StatementRunner } from './statement-runner.ts';
export { DatabaseUnreachableError, isUniqueViolation } from './database-errors.ts';

export interface Transaction extends StatementRunner {
  /** What encrypts values that are written. */
  readonly cells: CellCipher;
  /**
   * As `query`, for a statement whose answer nobody needs: it is not waited for, and travels with the next
   * one or with the commit. Where it fails, the transaction fails with its error.
   */
  write(text: string, values?: readonly unknown[]): void;
}

export interface TransactionOptions {
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /** False for work that is simply done again where a crash of the database forgets it: the commit does not wait for the disk. */
  isDurable?: boolean;
}

/** How a connection of the application is opened, as another thread can be told. */
export interface SessionSettings {
  readonly connectionString: string;
  readonly options: string;
}

/** Connections that statements and transactions run on. */
export interface Connections extends StatementRunner {
  /**
   * Commits what `work` did, or nothing of it when `work` throws. Nothing is retried. Statements that are
   * started together travel together; use the transaction only until `work` settles.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T> | T, options?: TransactionOptions): Promise<T>;
}

export interface Database extends Connections, AsyncDisposable {
  readonly session: SessionSettings;
  /**
   * Where lists, reports and history are read: a few connections of their own that change nothing, plan each
   * statement for its values, and end one that takes too long.
   */
  readonly reports: Connections;
  /**
   * As `reports`, for what is only looked back at: a replica answers, where there is one that has all that was
   * committed before. Nothing that decides anything reads here.
   */
  readonly history: History;
  /** Null where there is none. */
  readonly replica: ReplicaState | null;
  /**
   * Rejects where nothing can be written now: a standby, a database set to read only, a disk that was full a
   * moment ago. What it writes to find out leaves no row.
   */
  ensureWritable(): Promise<void>;
  /** Follows NOTIFY on a channel; survives a broken connection. */
  listen(channel: string, handler: NotificationHandler): Promise<AsyncDisposable>;
}

export interface DatabaseOptions {
  connectionString: string;
  /** A streaming replica of it, as the same user; by default there is none. */
  replicaUrl?: string | null;
  /** Connections for statements; a few more serve `reports`, and one serves `listen`. */
  poolSize: number;
  /** How long a statement of `reports` may take; 10 s by default. */
  reportTimeoutMs?: number;
  /** How long a statement may go without an answer before its connection counts as broken; 30 s by default. */
  statementTimeoutMs?: number;
  /** What decrypts what is read, and encrypts what is written; by default there are no keys. */
  cells?: CellCipher;
  logger: Logger;
}

const connectTimeoutMs = 10_000;
// A process that is stopped inside a transaction holds back its locks and every reader of the log.
const idleInTransactionTimeoutMs = 15_000;
// A statement is planned once per connection, often while its table is still empty: then the plan would
// read the whole table, or a whole index to join it, for ever after. Under load that halves what we can do.
const planning = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'].map((way) => `-c ${way}=off`);
// Names mean what is in the one schema, whatever else lies in the database.
const onlyOurs = '-c search_path=public';
const sessionSettings = [onlyOurs, ...planning].join(' ');
// Those name many filters and are asked seldom: one plan for all of them would suit none, and a large table is
// sometimes best read as a whole.
const reportSettings = (timeoutMs: number): string =>
  [
    onlyOurs,
    '-c plan_cache_mode=force_custom_plan',
    '-c default_transaction_read_only=on',
    `-c statement_timeout=${timeoutMs}`,
  ].join(' ');
const reportConnections = 4;
/** A replica that does not answer for so long is not waited for. */
const watchTimeoutMs = 2_000;

/** Null where nothing may be written. The message goes to the server's log and disk as a change of a table does. */
const probeWrite = `SELECT CASE current_setting('transaction_read_only')
  WHEN 'off' THEN pg_logical_emit_message(true, 'countersign', 'can this be written?')::text END AS place`;

/** Nothing connects before it is used. */
export function createDatabase({
  connectionString,
  replicaUrl = null,
  poolSize,
  statementTimeoutMs = 30_000,
  reportTimeoutMs = 10_000,
  cells = createCellCipher(),
  logger,
}: DatabaseOptions): Database {
  const config: pg.ClientConfig = {
    connectionString,
    application_name: 'countersign',
    connectionTimeoutMillis: connectTimeoutMs,
    // A server that is gone without a word would otherwise be waited for as long as TCP does: a quarter of an hour.
    query_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    keepAlive: true,
    pipeline: true,
    stream: () => new CoalescingSocket(),
    types: columnTypes,
    options: sessionSettings,
  };
  const pool = openPool({ ...config, max: poolSize }, logger);
  const reporting = { ...config, options: reportSettings(reportTimeoutMs), max: reportConnections };
  const reports = openPool(reporting, logger);
  const listener = createDatabaseListener(config, logger);
  const writes = createWriteWatch();
  const hot = connectionsOf({ ...pool, cells }, connectionString, (error) => {
    writes.noteFailure(error);
  });
  const onPrimary = connectionsOf({ ...reports, cells }, connectionString);
  const shared = { reports: onPrimary, cells, logger };
  const replica =
    replicaUrl === null ? null : openReplica({ ...reporting, connectionString: replicaUrl }, hot, shared);

  return {
    ...hot,
    session: { connectionString, options: sessionSettings },
    reports: onPrimary,
    history: replica?.history ?? onPrimary,
    replica,
    async ensureWritable() {
      const [answer] = await hot.query<{ place: string | null }>(probeWrite);
      if (!answer?.place) throw new WriteRefusedError('25006');
      writes.ensureNoneRefused();
    },
    listen: (channel, handler) =>
      listener.listen(channel, handler).catch((error: unknown) => {
        throw describeConnectionError(error, connectionString);
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all([listener[Symbol.asyncDispose](), replica?.[Symbol.asyncDispose]()]);
      await Promise.all([pool, reports].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

const openReplica = (
  config: pg.PoolConfig & { readonly connectionString: string },
  primary: StatementRunner,
  { cells, ...shared }: Pick<ReplicaOptions, 'reports' | 'logger'> & { readonly cells: CellCipher },
): Replica => {
  const brief = { query_timeout: watchTimeoutMs, connectionTimeoutMillis: watchTimeoutMs, max: 1 };
  const pool = openPool(config, shared.logger);
  const watchedPool = openPool({ ...config, ...brief }, shared.logger);
  const connections = (of: Pool): Connections => connectionsOf({ ...of, cells }, config.connectionString);
  const replica = createReplica({
    ...shared,
    replica: connections(pool),
    watched: connections(watchedPool),
    primary,
    place: placeOf(config.connectionString),
  });
  return {
    ...replica,
    async [Symbol.asyncDispose]() {
      await replica[Symbol.asyncDispose]();
      await Promise.all([pool, watchedPool].map((each) => each[Symbol.asyncDispose]()));
    },
  };
};

interface Pool extends AsyncDisposable {
  readonly pool: pg.Pool;
}

const openPool = (config: pg.PoolConfig, logger: Logger): Pool => {
  const pool = createPostgresPool(config, (error) => {
    logger.warn({ err: error }, 'an idle database connection broke');
  });
  const connections = new Set<pg.PoolClient>();
  pool.on('connect', (connection) => connections.add(connection));
  pool.on('remove', (connection) => connections.delete(connection));
  return {
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      // The pool has let go of its connections, but they are still saying goodbye.
      while (connections.size > 0) await once(pool, 'remove');
    },
  };
};

/** Where statements are sent, and what reads and writes encrypted values there. */
interface Place<Client> {
  readonly client: Client;
  readonly cells: CellCipher;
}

const connectionsOf = (
  { pool, cells }: Pick<Pool, 'pool'> & { readonly cells: CellCipher },
  connectionString: string,
  onFailure: (error: unknown) => void = () => undefined,
): Connections => {
  const described = async <T>(result: Promise<T>): Promise<T> => {
    try {
      return await result;
    } catch (error) {
      onFailure(error);
      throw describeConnectionError(error, connectionString);
    }
  };
  return {
    query: (text, values) => described(runStatement({ client: pool, cells }, text, values)),
    transaction: (work, options) => described(runTransaction({ client: pool, cells }, work, options)),
  };
};

async function runTransaction<T>(
  { client: pool, cells }: Place<pg.Pool>,
  work: (tx: Transaction) => Promise<T> | T,
  { isolation = 'READ COMMITTED', isDurable = true }: TransactionOptions = {},
): Promise<T> {
  const client = await pool.connect();
  let fault: Error | undefined;
  let failure: { readonly error: unknown } | undefined;
  let isOver = false;
  const onError = (error: Error): void => {
    fault = error;
  };
  client.on('error', onError);
  try {
    // Not awaited: it goes out with the first statement, and its failure fails that one too.
    const begun = client.query(
      `BEGIN ISOLATION LEVEL ${isolation}${isDurable ? '' : '; SET LOCAL synchronous_commit TO off'}`,
    );
    begun.catch(onError);
    const query: Transaction['query'] = <Row extends object>(text: string, values?: readonly unknown[]) => {
      if (isOver) throw new Error('This transaction is over.');
      const answer = runStatement<Row>({ client, cells }, text, values);
      // Answers come in order, so the first error is the cause of all others.
      answer.catch((error: unknown) => (failure ??= { error }));
      return answer;
    };
    const result = await work({
      cells,
      query,
      write(text, values) {
        void query(text, values);
      },
    });
    isOver = true;
    await begun;
    // A statement whose failure `work` swallowed has aborted it all, and COMMIT would answer ROLLBACK.
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT')
      throw new Error('The transaction was rolled back: one of its statements had failed.');
    return result;
  } catch (error) {
    isOver = true;
    await client.query('ROLLBACK').catch(onError);
    throw failure ? failure.error : error;
  } finally {
    client.off('error', onError);
    client.release(fault);
  }
}

async function runStatement<Row extends object>(
  { client, cells }: Place<pg.Pool | pg.PoolClient>,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { name, reads } = statementOf(text);
  const { rows } = await client.query<Row>({ name, text, values: [...values] });
  if (reads.length > 0) openCells(rows, reads, cells, text.includes(orUnreadable));
  return rows;
}

interface Statement {
  readonly name: string;
  readonly reads: readonly ReadCell[];
}

const statements = new Map<string, Statement>();

function statementOf(text: string): Statement {
  const known = statements.get(text);
  if (known) return known;
  const made = { name: hash('sha256', text, 'base64url').slice(0, 32), reads: cellsReadBy(text) };
  statements.set(text, made);
  return made;
}

/** int8 is a bigint. */
export const columnTypes = new pg.TypeOverrides();
columnTypes.setTypeParser(pg.types.builtins.INT8, BigInt);
