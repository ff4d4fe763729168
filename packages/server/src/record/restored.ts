import { readAppliedMigrations } from '../infra/applied-migrations.ts';
import type { StatementRunner } from '../infra/database.ts';
import type { CopiedTable, TableFilling } from '../infra/table-copies.ts';
import { backedUp } from './backed-up.ts';
import { takeUpLog } from './event-store.ts';

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
  for (const name of backedUp) await tx.query(`ALTER TABLE "${name}" DISABLE TRIGGER USER`);
  const [found] = await tx.query<{ hasSome: boolean }>(
    'SELECT EXISTS (SELECT FROM tenant) OR EXISTS (SELECT FROM event) AS "hasSome"',
  );
  if (found?.hasSome !== false)
    throw new Error(
      'There is an installation in this database already. Restore into an empty one: another COUNTERSIGN_HOME, or a DATABASE_URL of a database that was just made.',
    );
  // What a migration put there is in the backup as well.
  for (const name of (await byReference(tx)).toReversed()) await tx.query(`DELETE FROM "${name}"`);
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
export const closeRestored = async (tx: TableFilling, place: string | null): Promise<void> => {
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
