import { setTimeout as sleep } from 'node:timers/promises';
import { readAppliedMigrations } from '../infra/applied-migrations.ts';
import type { StatementRunner } from '../infra/database.ts';
import type { CopiedTable, TableFilling } from '../infra/table-copies.ts';
import { backedUp } from './backed-up.ts';
import { takeUpLog } from './event-store.ts';

/** The installation went on from a backup. */
export interface Restoration {
  readonly id: string;
  readonly backupId: string;
  /** The moment of which the backup held everything. */
  readonly takenAt: Date;
  /** Of a task that was made before it, nobody knows what came of it after the backup. */
  readonly at: Date;
}

/** Above every place of a log: whoever has seen it begins another generation. */
const everything = 2n ** 63n - 1n;

/** Throws one sentence where the tables are of another version than those of the backup. */
export const ensureSameSchema = async (
  tx: StatementRunner,
  { release, migrations }: { readonly release: string; readonly migrations: readonly string[] },
): Promise<void> => {
  const applied = ((await readAppliedMigrations(tx)) ?? []).map(({ name }) => name);
  const [lacking] = migrations.filter((name) => !applied.includes(name));
  const [newer] = applied.filter((name) => !migrations.includes(name));
  if (lacking === undefined && newer === undefined) return;
  throw new Error(
    `The backup is of release ${release}, whose tables are others (${lacking ?? newer}): restore it with that release, and start this one on it afterwards.`,
  );
};

/**
 * Makes room for the rows of a backup, for as long as the transaction lasts: whoever else would write waits, and no
 * trigger takes what is copied for work. Throws one sentence where there is anything already.
 */
export const openForRestore = async (tx: StatementRunner): Promise<void> => {
  // An installation that runs is not even stopped for a moment.
  await ensureEmpty(tx);
  for (const name of backedUp) await tx.query(`ALTER TABLE "${name}" DISABLE TRIGGER USER`);
  // Nobody writes any more.
  await ensureEmpty(tx);
  // What a migration put there is in the backup as well.
  for (const name of (await byReference(tx)).toReversed()) await tx.query(`DELETE FROM "${name}"`);
};

/**
 * Throws one sentence where there is anything in the database, ours or not: before anybody makes tables in it. The
 * tables of an installation that nobody has begun are nothing. `ours` are the names of our migrations: other programs
 * keep theirs in a table of the same name.
 */
export const ensureNothingThere = async (runner: StatementRunner, ours: readonly string[]): Promise<void> => {
  const applied = (await readAppliedMigrations(runner)) ?? [];
  if (applied.length > 0 && applied.every(({ name }) => ours.includes(name))) {
    const [found] = await runner.query<{ tables: number }>(
      "SELECT count(to_regclass(name))::int AS tables FROM unnest(ARRAY['public.tenant', 'public.event']) name",
    );
    if (found?.tables === 2) await ensureEmpty(runner);
    return;
  }
  const [other] = await runner.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v', 'S') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY name LIMIT 1`,
  );
  if (other)
    throw new Error(
      `There is something in this database already (${other.name}). Restore into an empty one: another COUNTERSIGN_HOME, or a DATABASE_URL of a database that was just made.`,
    );
};

const ensureEmpty = async (tx: StatementRunner): Promise<void> => {
  const [found] = await tx.query<{ hasSome: boolean }>(
    'SELECT EXISTS (SELECT FROM tenant) OR EXISTS (SELECT FROM event) AS "hasSome"',
  );
  if (found?.hasSome !== false)
    throw new Error(
      'There is an installation in this database already. Restore into an empty one: another COUNTERSIGN_HOME, or a DATABASE_URL of a database that was just made.',
    );
};

/** Those first that others refer to. */
export const byReference = async (tx: StatementRunner): Promise<readonly string[]> => {
  const references = await tx.query<{ from: string; to: string }>(
    `SELECT f.relname AS "from", t.relname AS "to" FROM pg_constraint c
       JOIN pg_class f ON f.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid
     WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND f.oid <> t.oid`,
  );
  const order: string[] = [];
  const place = (name: string): void => {
    if (order.includes(name)) return;
    for (const { to } of references.filter(({ from }) => from === name)) place(to);
    order.push(name);
  };
  backedUp.forEach(place);
  return order.filter((name) => backedUp.includes(name));
};

/** What is copied is work from here on: numbers go on after it, and the log as another generation. */
export const closeRestored = async (
  tx: TableFilling,
  place: string | null,
  restoration: Pick<Restoration, 'id' | 'backupId' | 'takenAt'>,
): Promise<void> => {
  const counters = await tx.query<{ name: string; column: string }>(
    `SELECT c.relname AS name, a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1::text[]) AND a.attnum > 0
       AND NOT a.attisdropped AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL`,
    [backedUp],
  );
  for (const { name, column } of counters)
    await tx.query(
      `SELECT setval(pg_get_serial_sequence('"${name}"', '${column}'),
                     (SELECT coalesce(max("${column}"), 0) + 1 FROM "${name}"), false)`,
    );
  // What refers to rows that are not there is found out here.
  await tx.query('SET CONSTRAINTS ALL IMMEDIATE');
  for (const name of backedUp) await tx.query(`ALTER TABLE "${name}" ENABLE TRIGGER USER`);
  await tx.query('SET CONSTRAINTS ALL DEFERRED');
  await takeUpLog(tx, place, everything);
  await noteRestoration(tx, restoration);
};

/** So far a clock may be behind the moment of a backup: it is waited for. */
const mostBehindMs = 10_000;
/** A process dates by a clock that is behind the database's, by the way of an answer. */
const processBehindMs = 1_000;

/**
 * Throws one sentence where the database's clock is behind a moment by more than is waited for: what was planned or
 * said before a restore is told from what comes after it by when it was.
 */
export const ensureClockReaches = async (runner: StatementRunner, moment: Date): Promise<void> => {
  const behindMs = await findBehindMs(runner, moment);
  if (behindMs > mostBehindMs) throw clockIsBehind(moment, behindMs);
};

/** Gives back control once whatever is dated comes after a moment. */
const waitForClock = async (runner: StatementRunner, moment: Date): Promise<void> => {
  for (;;) {
    const behindMs = (await findBehindMs(runner, moment)) + processBehindMs;
    if (behindMs <= 0) return;
    if (behindMs > mostBehindMs + processBehindMs) throw clockIsBehind(moment, behindMs);
    await sleep(Math.ceil(behindMs));
  }
};

const findBehindMs = async (runner: StatementRunner, moment: Date): Promise<number> => {
  const [found] = await runner.query<{ behindMs: number }>(
    'SELECT (1000 * extract(epoch FROM $1::timestamptz - clock_timestamp()))::float8 AS "behindMs"',
    [moment],
  );
  if (!found) throw new Error('The database gave no time.');
  return found.behindMs;
};

const clockIsBehind = (moment: Date, behindMs: number): Error =>
  new Error(
    `The clock of this database's machine is ${Math.ceil(behindMs / 1_000)} s behind ${moment.toISOString()}, of which the backup is, so that nothing would tell what was planned or answered after the restore from what was before: set the clock right, or wait until it is past that.`,
  );

/** No task that came along is of a later moment, and nothing that comes is dated before it. */
const noteRestoration = async (
  tx: StatementRunner,
  { id, backupId, takenAt }: Pick<Restoration, 'id' | 'backupId' | 'takenAt'>,
): Promise<void> => {
  const [noted] = await tx.query<{ at: Date }>(
    `INSERT INTO restoration (id, backup_id, taken_at, at)
     SELECT $1, $2, $3, greatest(clock_timestamp(), $3, (SELECT max(created_at) FROM task)) RETURNING at`,
    [id, backupId, takenAt],
  );
  if (noted) await ensureClockReaches(tx, noted.at);
};

/**
 * When this installation went on from a backup, the last time; null where it never did. Asked before anything is dated:
 * it waits until the clock is past that, and throws one sentence where it is far behind.
 */
export const findRestoredAt = async (runner: StatementRunner): Promise<Date | null> => {
  const [found] = await runner.query<{ at: Date | null }>('SELECT max(at) AS at FROM restoration');
  const at = found?.at ?? null;
  if (at !== null) await waitForClock(runner, at);
  return at;
};

export const countRows = async (
  tx: StatementRunner,
  { name }: Pick<CopiedTable, 'name'>,
): Promise<bigint> => {
  const [found] = await tx.query<{ count: bigint }>(`SELECT count(*) AS count FROM "${name}"`);
  return found?.count ?? 0n;
};

/** Every bundle of rules that ever decided. */
export const findBundleHashes = async (tx: StatementRunner): Promise<readonly string[]> =>
  (await tx.query<{ hash: string }>('SELECT hash FROM policy_bundle ORDER BY hash')).map(({ hash }) => hash);
