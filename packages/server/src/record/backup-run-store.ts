import type { BackupRun, SinceBackup } from '../domain/backup-run.ts';
import type { StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertNewRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

const runs: Table<BackupRun> = tables.backupRun;

/** What a step of a run says; what is left out stays. */
export type BackupStep = Pick<BackupRun, 'state' | 'progress'> &
  Partial<Pick<BackupRun, 'takenAt' | 'location' | 'sha256' | 'rows' | 'bytes' | 'error'>>;

/** False where one is under way already. */
export const insertBackupRun = async (tx: Transaction, run: BackupRun): Promise<boolean> =>
  (await insertNewRows(tx, runs, [run])).size > 0;

export const findBackupRun = async (runner: StatementRunner, id: string): Promise<BackupRun | null> => {
  const [row] = await runner.query<BackupRun>(`SELECT ${columnsOf(runs)} FROM backup_run WHERE id = $1`, [
    id,
  ]);
  return row ?? null;
};

/** The one that is under way. */
export const findOpenBackupRun = async (runner: StatementRunner): Promise<BackupRun | null> => {
  const [row] = await runner.query<BackupRun>(
    `SELECT ${columnsOf(runs)} FROM backup_run WHERE ended_at IS NULL`,
  );
  return row ?? null;
};

/** The newest first. */
export const listBackupRuns = (runner: StatementRunner, limit: number): Promise<BackupRun[]> =>
  runner.query<BackupRun>(`SELECT ${columnsOf(runs)} FROM backup_run ORDER BY at DESC, id DESC LIMIT $1`, [
    limit,
  ]);

/** Those that are still where they were put, good or not. */
export const findKeptBackups = (runner: StatementRunner): Promise<BackupRun[]> =>
  runner.query<BackupRun>(
    `SELECT ${columnsOf(runs)} FROM backup_run
      WHERE ended_at IS NOT NULL AND removed_at IS NULL AND location IS NOT NULL`,
  );

/** Of the newest good one, or null. */
export const lastGoodBackupAt = async (runner: StatementRunner): Promise<Date | null> => {
  const [row] = await runner.query<{ at: Date | null }>(
    "SELECT max(taken_at) AS at FROM backup_run WHERE state = 'COMPLETE' AND removed_at IS NULL",
  );
  return row?.at ?? null;
};

/** By the database's clock, in milliseconds, since one was asked for last; null where none ever was. */
export const sinceLastBackup = async (runner: StatementRunner): Promise<SinceBackup> => {
  const [row] = await runner.query<SinceBackup>(
    `SELECT (extract(epoch FROM clock_timestamp() - max(at)) * 1000)::float8 AS "anyMs",
       (extract(epoch FROM clock_timestamp() - max(at) FILTER (WHERE state = 'COMPLETE')) * 1000)::float8 AS "goodMs"
     FROM backup_run`,
  );
  return row ?? { anyMs: null, goodMs: null };
};

/** The run is this try's from here on. False where it has ended. */
export const takeUpBackupRun = async (
  runner: StatementRunner,
  id: string,
  tryId: string,
): Promise<boolean> => {
  const found = await runner.query(
    'UPDATE backup_run SET try_id = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id',
    [id, tryId],
  );
  return found.length > 0;
};

/** False where the run has ended, or another try has taken it up: nothing that comes after that changes it. */
export const stepBackupRun = async (
  runner: StatementRunner,
  { id, tryId }: { readonly id: string; readonly tryId: string },
  { state, progress, takenAt, location, sha256, rows, bytes, error }: BackupStep,
): Promise<boolean> => {
  const found = await runner.query(
    `UPDATE backup_run SET state = $2::backup_state, progress = $3, taken_at = coalesce($4, taken_at),
       location = coalesce($5, location), sha256 = coalesce($6, sha256), rows = coalesce($7, rows),
       bytes = coalesce($8, bytes), error = coalesce($9, error),
       ended_at = CASE WHEN $2::backup_state IN ('COMPLETE', 'FAILED') THEN clock_timestamp() END
     WHERE id = $1 AND try_id = $10 AND ended_at IS NULL RETURNING id`,
    [
      id,
      state,
      progress,
      takenAt ?? null,
      location ?? null,
      sha256 ?? null,
      rows ?? null,
      bytes ?? null,
      error ?? null,
      tryId,
    ],
  );
  return found.length > 0;
};

export const noteBackupRemoved = async (runner: StatementRunner, id: string): Promise<void> => {
  await runner.query('UPDATE backup_run SET removed_at = clock_timestamp() WHERE id = $1', [id]);
};
