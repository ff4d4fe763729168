import { readAppliedMigrations } from '../infra/applied-migrations.ts';
import type { StatementRunner } from '../infra/database.ts';
import { openSnapshot, type DatabaseSnapshot } from '../infra/table-copies.ts';
import { safeHorizon } from './event-store.ts';
import { tables } from './tables.ts';

/**
 * What no backup brings back: credentials of the moment, which may have been ended since, what is of no worth once its
 * time is over, what is reckoned anew, and which backups the installation took, which the one that goes on from one of
 * them did not.
 */
const leftOut: ReadonlySet<string> = new Set(
  [
    tables.session,
    tables.signInLink,
    tables.stepUp,
    tables.rateCount,
    tables.processReport,
    tables.backupRun,
    tables.stepFigures,
    tables.stepFiguresCursor,
    tables.stepFiguresDue,
    tables.restoreRun,
  ].map(({ name }) => name),
);

/** Names of the tables that are in a backup. */
export const backedUp: readonly string[] = Object.values(tables)
  .map(({ name }) => name)
  .filter((name) => !leftOut.has(name))
  .toSorted();

/** Where the record stood at the moment of a snapshot. */
export interface RecordPlace {
  /** In their order; all of them applied. */
  readonly migrations: readonly string[];
  /** Version of PostgreSQL. */
  readonly postgres: string;
  readonly takenAt: Date;
  /** Of the log's newest event, as text; null where it is empty. */
  readonly lastSeq: string | null;
  /** Below it nothing is added any more. */
  readonly horizon: string;
  readonly generation: string;
}

/** Everything that is kept, as it was at one moment. Throws one sentence where a migration stopped half way. */
export const openRecordSnapshot = async (
  connectionString: string,
): Promise<{ readonly snapshot: DatabaseSnapshot; readonly place: RecordPlace }> => {
  await using stack = new AsyncDisposableStack();
  const snapshot = stack.use(await openSnapshot(connectionString, backedUp));
  const place = await readPlace(snapshot);
  stack.move();
  return { snapshot, place };
};

/** An archived stretch of the record, as its row names it. */
export interface NamedArchive {
  /** Below the archive folder: `TENANT/NAME.jsonl`. */
  readonly fileName: string;
  /** SHA-256 of the file, in hex. */
  readonly fileHash: string;
}

/** The files in which entries are that are not in the log any more: of each stretch the newest. */
export const findArchives = (runner: StatementRunner): Promise<NamedArchive[]> =>
  runner.query<NamedArchive>(
    `SELECT DISTINCT ON (tenant_id, number) file_name AS "fileName", file_hash AS "fileHash"
     FROM audit_archive ORDER BY tenant_id, number, revision DESC`,
  );

const readPlace = async (snapshot: DatabaseSnapshot): Promise<RecordPlace> => {
  const migrations = (await readAppliedMigrations(snapshot)) ?? [];
  const unfinished = migrations.find(({ isFinished }) => !isFinished);
  if (unfinished)
    throw new Error(
      `The migration ${unfinished.name} was not finished: start the server once, then back up.`,
    );
  const missing = backedUp.filter((name) => !snapshot.tables.some((table) => table.name === name));
  if (missing.length > 0)
    throw new Error(
      `The database has no ${missing.join(', ')}: it is of another version than this program, which backs up its own alone.`,
    );
  const [found] = await snapshot.query<Omit<RecordPlace, 'migrations'>>(
    `SELECT current_setting('server_version') AS postgres, now() AS "takenAt",
       (SELECT max(seq) FROM event)::text AS "lastSeq", (${safeHorizon})::text AS horizon,
       (SELECT max(generation) FROM log_generation)::text AS generation`,
  );
  if (!found) throw new Error('The database did not say where it stands.');
  return { ...found, migrations: migrations.map(({ name }) => name).toSorted() };
};
