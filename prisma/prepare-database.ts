import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asOwner } from '@countersign/postgres/owner-connection';
import pg from 'pg';
import { sessionUser } from './application-user.ts';
import { ensureLogin, ensureLoginTable, type LoginKind } from './database-logins.ts';
import { applyMigrations } from './migrate.ts';
import { prismaFolder } from './schema-files.ts';

/** Connection strings of users who own none of the tables. */
export interface DatabaseLogins {
  readonly app: string;
  /** Null where PostgreSQL does not hold the queue. */
  readonly queue: string | null;
}

export interface PrepareOptions {
  /** Users that an administrator has made, instead of those that the owner makes. */
  readonly given?: { readonly app: string; readonly queue: string | null } | undefined;
  /** Makes the queue's own tables; null where another server holds it. */
  readonly migrateQueue: ((connectionString: string) => Promise<void>) | null;
  /**
   * How long entries of the record stay in the log at the least, in milliseconds; null for ever, so that nothing can be
   * taken out of it. What was said before holds where this is left out.
   */
  readonly keepAuditMs?: number | null;
}

// Any number will do that nobody else locks.
const prepareLock = 7_261_006;

/**
 * Makes the database ready as its owner: the users that the application and its queue log in as, the tables,
 * and what those users may do with them. Nothing is done twice, whoever starts at the same time; what a start
 * that failed has left, the next one goes on from.
 */
export async function prepareDatabase(
  connectionString: string,
  { given, migrateQueue, keepAuditMs }: PrepareOptions,
): Promise<DatabaseLogins> {
  return asOwner(connectionString, async (owner) => {
    await owner.query('SELECT pg_advisory_lock($1)', [prepareLock]);
    await ensureOwner(owner);
    const logins = given ?? (await ensureLogins(owner, connectionString, migrateQueue !== null));
    const app = await sessionUser(logins.app);
    await applyMigrations(connectionString);
    await grantPrivileges(owner, app);
    if (keepAuditMs !== undefined) await setAuditFloor(owner, keepAuditMs);
    const { queue } = logins;
    if (migrateQueue !== null && queue !== null) {
      await whileItMayCreate(owner, await sessionUser(queue), () => migrateQueue(queue));
    }
    return logins;
  });
}

/** One sentence about what is missing, before anything is changed. */
async function ensureOwner(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ user: string; database: string; owns: boolean; creates: boolean }>(
    `SELECT current_user AS user, current_database() AS database,
            pg_has_role(current_user, datdba, 'USAGE') AS owns,
            has_schema_privilege('public', 'CREATE') AS creates
       FROM pg_database WHERE datname = current_database()`,
  );
  const [{ user, database, owns, creates } = { user: '', database: '', owns: false, creates: false }] = rows;
  if (owns && creates) return;
  throw new Error(
    `The user ${user} of DATABASE_URL must own the database ${database}, which it makes the tables in. An administrator can run: ${
      owns
        ? `ALTER SCHEMA public OWNER TO ${pg.escapeIdentifier(user)}`
        : `ALTER DATABASE ${pg.escapeIdentifier(database)} OWNER TO ${pg.escapeIdentifier(user)}`
    };`,
  );
}

async function ensureLogins(
  owner: pg.Client,
  connectionString: string,
  hasQueue: boolean,
): Promise<DatabaseLogins> {
  const login = (kind: LoginKind): Promise<string> => ensureLogin(owner, connectionString, kind);
  await owner.query('BEGIN');
  try {
    await ensureLoginTable(owner);
    const logins = { app: await login('app'), queue: hasQueue ? await login('queue') : null };
    await owner.query('COMMIT');
    return logins;
  } catch (error) {
    await owner.query('ROLLBACK');
    if (!isPermissionError(error)) throw error;
    throw new Error(
      `The user of DATABASE_URL may not make the users that the server logs in as (${error.message}). Give it CREATEROLE, or let an administrator make them and name them in DATABASE_APP_URL${hasQueue ? ' and DATABASE_QUEUE_URL' : ''}.`,
      { cause: error },
    );
  }
}

const isPermissionError = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError && error.code === '42501';

async function grantPrivileges(owner: pg.Client, app: string): Promise<void> {
  const scripts = ['privileges.sql', 'table-privileges.sql'].map((name) =>
    readFile(join(prismaFolder, name), 'utf8'),
  );
  const script = (await Promise.all(scripts)).join('\n');
  const { rows } = await owner.query<{ database: string }>('SELECT current_database() AS database');
  // As one message it is one transaction: nobody ever works with half of it.
  await owner.query(
    script
      .replaceAll(":'app'", pg.escapeLiteral(app))
      .replaceAll(':app', pg.escapeIdentifier(app))
      .replaceAll(':database', pg.escapeIdentifier(rows[0]?.database ?? '')),
  );
}

/** The owner's word alone: the application may read it, and cannot shorten it. */
async function setAuditFloor(owner: pg.Client, keepMs: number | null): Promise<void> {
  await owner.query(
    keepMs === null
      ? 'DELETE FROM public.audit_floor'
      : {
          text: `INSERT INTO public.audit_floor (id, keep_ms) VALUES (1, $1)
                 ON CONFLICT (id) DO UPDATE SET keep_ms = EXCLUDED.keep_ms`,
          values: [keepMs],
        },
  );
}

/** The queue makes a schema of its own, which takes a right on the database that it has no other use for. */
async function whileItMayCreate(owner: pg.Client, queue: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await owner.query<{ database: string }>('SELECT current_database() AS database');
  const database = pg.escapeIdentifier(rows[0]?.database ?? '');
  const role = pg.escapeIdentifier(queue);
  await owner.query(`GRANT CONNECT, TEMPORARY, CREATE ON DATABASE ${database} TO ${role}`);
  try {
    await dropForeignQueue(owner, queue);
    await work();
  } finally {
    await owner.query(`REVOKE CREATE ON DATABASE ${database} FROM ${role}`);
  }
}

/** A queue that another user made is of no use to this one; what was in it is dispatched again from the record. */
async function dropForeignQueue(owner: pg.Client, queue: string): Promise<void> {
  const { rowCount } = await owner.query(
    `SELECT FROM pg_namespace WHERE nspname = 'bullmq' AND pg_get_userbyid(nspowner) <> $1`,
    [queue],
  );
  if (rowCount === 0) return;
  try {
    await owner.query('DROP SCHEMA bullmq CASCADE');
  } catch (cause) {
    throw new Error(
      `The schema bullmq belongs to another user than ${queue}, which the queue logs in as. Let an administrator drop it; what waited in it is queued again.`,
      { cause },
    );
  }
}
