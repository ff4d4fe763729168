import { PostgresClient } from '@countersign/postgres/postgres-client';
import { DatabaseUnreachableError, describeConnectionError, placeOf } from './database-errors.ts';

const connectTimeoutMs = 10_000;
/** Off for nobody who has not asked for it. */
const marked = { name: 'enable_tidscan', options: '-c enable_tidscan=off' };

/**
 * Throws a DatabaseUnreachableError that says in one sentence why the database cannot be used, or that something
 * stands before it which does not give each connection a session of its own with the settings that it asked for.
 */
export const ensureReachable = async (connectionString: string): Promise<void> => {
  const open = (): PostgresClient =>
    new PostgresClient({
      connectionString,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: connectTimeoutMs,
      options: marked.options,
    });
  const [one, other] = [open(), open()];
  try {
    await one.connect();
    const backend = await backendOf(one);
    // PostgreSQL says at the beginning which of its processes a connection has.
    if (backend.pid === processIdOf(one) && backend.setting === 'off') return;
    await other.connect();
    await other.query('BEGIN');
    const [others, again] = [await backendOf(other), await backendOf(one)];
    if (backend.setting === 'off' && others.pid !== backend.pid && again.pid === backend.pid) return;
  } catch (error) {
    if (!isOfPooler(error)) throw describeConnectionError(error, connectionString);
  } finally {
    await Promise.all([one, other].map((client) => client.end().catch(() => undefined)));
  }
  throw new DatabaseUnreachableError(
    `The database at ${placeOf(connectionString)} cannot be used: a pooler stands before it, and a session with its settings has to be a connection's own. Name PostgreSQL itself.`,
  );
};

const backendOf = async (client: PostgresClient): Promise<{ pid: number; setting: string }> => {
  const { rows } = await client.query<{ pid: number; setting: string }>(
    `SELECT pg_backend_pid() AS pid, current_setting('${marked.name}') AS setting`,
  );
  const [row] = rows;
  if (!row) throw new Error('The database gave no answer.');
  return row;
};

const processIdOf = (client: PostgresClient): unknown => (client as { processID?: unknown }).processID;

/** What poolers say to settings of a session, and to a transaction where each statement is somebody else's. */
const isOfPooler = (error: unknown): boolean =>
  error instanceof Error && /unsupported startup parameter|pooling mode|pooler/i.test(error.message);
