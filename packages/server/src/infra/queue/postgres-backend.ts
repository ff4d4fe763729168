import {
  createPostgresBackend,
  isPgPool,
  type PgPool,
  PostgresConnection,
  Queue,
  runMigrations,
  Worker,
} from 'bullmq';
import type { Pool } from 'pg';
import { createPostgresPool, PostgresClient } from '@countersign/postgres/postgres-client';
import { describeConnectionError } from '../database-errors.ts';
import { laneNames } from './job.ts';
import type { QueueBackend } from './queue-backend.ts';
import type { ErrorLog } from './queue-errors.ts';

const schema = 'bullmq';
const connectTimeoutMs = 5000;
const commandTimeoutMs = 5000;
/** Beyond these, claims and completions wait for a connection. Each lane's worker holds one more to listen. */
const queryConnections = 6;
const eventsKept = 256;
/** Adding many at once makes temporary tables, which costs as much as some rows added one by one. */
const bulkFrom = 6;

/** BullMQ describes a pool more narrowly than pg's own types do, so it is asked whether this is one. */
const bullPool = (pool: Pool): PgPool => {
  const given: unknown = pool;
  if (!isPgPool(given)) throw new TypeError('This is no pool that BullMQ works with.');
  return given;
};

/**
 * BullMQ remembers for ever that a connection broke before it was ready, refuses every statement from then on, and
 * its worker tries again without a pause: a loop that never lets the process see anything else, its own end
 * included. What it looks at there, the version of its tables, was looked at when we connected.
 */
const createBackend: typeof createPostgresBackend = (name, options, factoryOptions) => {
  const backend = createPostgresBackend(name, options, factoryOptions);
  backend.connection.waitUntilReady = () => Promise.resolve();
  return backend;
};

export const connectToPostgres = async (
  connectionString: string,
  logError: ErrorLog,
): Promise<QueueBackend> => {
  const pool = createPostgresPool(
    {
      connectionString,
      max: queryConnections + laneNames.length,
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: commandTimeoutMs,
      application_name: 'countersign queue',
      // What the queue holds may vanish, so its commits need not wait for the disk.
      options: `-c search_path=${schema} -c synchronous_commit=off`,
    },
    logError,
  );
  // Every queue and worker hears of its faults.
  pool.setMaxListeners(0);
  const connection = bullPool(pool);
  try {
    await new PostgresConnection(connection).waitUntilReady();
  } catch (error) {
    await pool.end();
    throw describeConnectionError(error, connectionString);
  }
  return {
    // Nobody else is in this database.
    claim: () => Promise.resolve(),
    openQueue: (name) =>
      new Queue(name, { connection, streams: { events: { maxLen: eventsKept } } }, createBackend),
    openWorker: (name, processor, options) =>
      new Worker(name, processor, { ...options, connection }, createBackend),
    async add(queue, jobs) {
      if (jobs.length >= bulkFrom) await queue.addBulk([...jobs]);
      else for (const job of jobs) await queue.add(job.name, job.data, job.opts);
    },
    async position(queue, jobId) {
      const { rows } = await pool.query<{ ahead: number }>(
        `SELECT (SELECT count(*) FROM job a WHERE a.queue = $1 AND a.state = 'waiting' AND a.seq < j.seq)::int AS ahead
           FROM job j WHERE j.queue = $1 AND j.id = $2 AND j.state = 'waiting'`,
        [queue.name, jobId],
      );
      const ahead = rows[0]?.ahead;
      return ahead === undefined ? null : ahead + 1;
    },
    async ping() {
      await pool.query('SELECT 1');
    },
    cutWorkers() {
      // Nothing to cut: every statement has its own time limit.
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
    },
  };
};

/** BullMQ's own migrations of its own schema, by a user who may make one; does nothing where they have run. */
export const migrateQueue = async (connectionString: string): Promise<void> => {
  const client = new PostgresClient({ connectionString, connectionTimeoutMillis: connectTimeoutMs });
  try {
    await client.connect();
    await runMigrations(client, schema);
  } catch (error) {
    throw describeConnectionError(error, connectionString);
  } finally {
    await client.end();
  }
};
