import type { RestoreRun } from '../domain/restore-run.ts';
import type { StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertNewRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

const runs: Table<RestoreRun> = tables.restoreRun;

/** What a step of a run says; what is left out stays. */
export type RestoreStep = Pick<RestoreRun, 'state' | 'progress'> &
  Partial<Pick<RestoreRun, 'location' | 'rows' | 'notes' | 'error'>>;

/** False where there is one already that nobody has discarded. */
export const insertRestoreRun = async (tx: Transaction, run: RestoreRun): Promise<boolean> =>
  (await insertNewRows(tx, runs, [run])).size > 0;

export const findRestoreRun = async (runner: StatementRunner, id: string): Promise<RestoreRun | null> => {
  const [row] = await runner.query<RestoreRun>(`SELECT ${columnsOf(runs)} FROM restore_run WHERE id = $1`, [
    id,
  ]);
  return row ?? null;
};

/** As it is until the transaction ends. */
export const lockRestoreRun = async (tx: Transaction, id: string): Promise<RestoreRun | null> => {
  const [row] = await tx.query<RestoreRun>(
    `SELECT ${columnsOf(runs)} FROM restore_run WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return row ?? null;
};

/** The tries whose copies are wanted. */
export const findWantedTries = (runner: StatementRunner): Promise<Pick<RestoreRun, 'id' | 'tryId'>[]> =>
  runner.query(
    `SELECT id, try_id AS "tryId" FROM restore_run
     WHERE state NOT IN ('FAILED', 'DISCARDED') AND try_id IS NOT NULL`,
  );

/** The newest first. */
export const listRestoreRuns = (runner: StatementRunner, limit: number): Promise<RestoreRun[]> =>
  runner.query<RestoreRun>(`SELECT ${columnsOf(runs)} FROM restore_run ORDER BY at DESC, id DESC LIMIT $1`, [
    limit,
  ]);

export const approveRestoreRun = async (
  tx: Transaction,
  id: string,
  byId: string,
  at: Date,
  progress: number,
): Promise<void> => {
  await tx.query(
    `UPDATE restore_run SET state = 'STAGED', progress = $4, approved_by_id = $2, approved_at = $3 WHERE id = $1`,
    [id, byId, at, progress],
  );
};

/** Whatever has it in hand has it no longer. */
export const discardRestoreRun = async (tx: Transaction, id: string, at: Date): Promise<void> => {
  await tx.query(
    "UPDATE restore_run SET state = 'DISCARDED', try_id = NULL, ended_at = coalesce(ended_at, $2) WHERE id = $1",
    [id, at],
  );
};

const underWay = "state IN ('STAGED', 'APPLYING', 'VALIDATING')";

/** The run is this try's from here on. False where there is nothing to do for it. */
export const takeUpRestoreRun = async (
  runner: StatementRunner,
  id: string,
  tryId: string,
): Promise<boolean> => {
  const found = await runner.query(
    `UPDATE restore_run SET try_id = $2 WHERE id = $1 AND ${underWay} RETURNING id`,
    [id, tryId],
  );
  return found.length > 0;
};

/** False where the run has ended, or is another try's: nothing that comes after that changes it. */
export const stepRestoreRun = async (
  runner: StatementRunner,
  { id, tryId }: { readonly id: string; readonly tryId: string },
  { state, progress, location, rows, notes, error }: RestoreStep,
): Promise<boolean> => {
  const found = await runner.query(
    `UPDATE restore_run SET state = $3::restore_state, progress = $4, location = coalesce($5, location),
       rows = coalesce($6, rows), notes = coalesce($7, notes), error = coalesce($8, error),
       ended_at = CASE WHEN $3::restore_state IN ('COMPLETE', 'FAILED') THEN clock_timestamp() END
     WHERE id = $1 AND try_id = $2 AND ${underWay} RETURNING id`,
    [id, tryId, state, progress, location ?? null, rows ?? null, notes ?? null, error ?? null],
  );
  return found.length > 0;
};
