import type { StatementRunner } from '../infra/database.ts';
import { columnsOf, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

/** What came of the last run for one kind of thing. */
export interface RetentionRun {
  readonly kind: string;
  readonly at: Date;
  /** Since the installation was made. */
  readonly removed: bigint;
  /** Since when the oldest thing is past its time that is still there; null where none is. */
  readonly dueSince: Date | null;
  readonly error: string | null;
}

const runs: Table<RetentionRun> = tables.retentionRun;

export const readRuns = (runner: StatementRunner): Promise<RetentionRun[]> =>
  runner.query<RetentionRun>(`SELECT ${columnsOf(runs)} FROM retention_run ORDER BY kind`);

/** `removed` is what this run did. */
export const noteRun = async (
  runner: StatementRunner,
  { kind, at, removed, dueSince, error }: Omit<RetentionRun, 'removed'> & { readonly removed: number },
): Promise<void> => {
  await runner.query(
    `INSERT INTO retention_run (kind, at, removed, due_since, error) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (kind) DO UPDATE SET at = EXCLUDED.at, removed = retention_run.removed + EXCLUDED.removed,
       due_since = EXCLUDED.due_since, error = EXCLUDED.error`,
    [kind, at, removed, dueSince, error],
  );
};

/** By the database's clock; null where there never was one. */
export const msSinceLastRun = async (runner: StatementRunner): Promise<number | null> => {
  const [row] = await runner.query<{ ms: number | null }>(
    'SELECT (extract(epoch FROM clock_timestamp() - max(at)) * 1000)::float8 AS ms FROM retention_run',
  );
  return row?.ms ?? null;
};
