import type { StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

/** That nothing of a task, or of a tenant, is erased or removed until somebody releases it. */
export interface LegalHold {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string | null;
  readonly reason: string;
  readonly byId: string;
  readonly at: Date;
  readonly releasedAt: Date | null;
  readonly releasedById: string | null;
  readonly releaseReason: string | null;
}

const holds: Table<LegalHold> = tables.legalHold;

export const isTenantHeld = async (runner: StatementRunner, tenantId: string): Promise<boolean> => {
  const [row] = await runner.query<{ isHeld: boolean }>('SELECT is_held($1) AS "isHeld"', [tenantId]);
  return row?.isHeld ?? false;
};

/** Of these tasks, or of the whole tenant: what stands in the way of erasing something of them. */
export const findHolds = (
  runner: StatementRunner,
  tenantId: string,
  taskIds: readonly string[],
): Promise<LegalHold[]> =>
  runner.query<LegalHold>(
    `SELECT ${columnsOf(holds)} FROM legal_hold WHERE tenant_id = $1 AND released_at IS NULL
        AND (task_id IS NULL OR task_id = ANY($2::uuid[])) ORDER BY at LIMIT 1`,
    [tenantId, taskIds],
  );

/** Those that stand first, then the newest that were released. */
export const listHolds = (runner: StatementRunner, tenantId: string, limit: number): Promise<LegalHold[]> =>
  runner.query<LegalHold>(
    `SELECT ${columnsOf(holds)} FROM legal_hold WHERE tenant_id = $1
      ORDER BY released_at DESC NULLS FIRST, at DESC, id LIMIT $2`,
    [tenantId, limit],
  );

export const countHolds = async (tx: StatementRunner, tenantId: string): Promise<number> => {
  const [row] = await tx.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM legal_hold WHERE tenant_id = $1 AND released_at IS NULL',
    [tenantId],
  );
  return row?.count ?? 0;
};

export const insertHold = (tx: Transaction, hold: LegalHold): void => {
  insertRows(tx, holds, [hold]);
};

/** Null where there is none of this id that stands. */
export const releaseHold = async (
  tx: StatementRunner,
  {
    tenantId,
    id,
    at,
    byId,
    reason,
  }: {
    readonly tenantId: string;
    readonly id: string;
    readonly at: Date;
    readonly byId: string;
    readonly reason: string;
  },
): Promise<LegalHold | null> => {
  const [row] = await tx.query<LegalHold>(
    `UPDATE legal_hold SET released_at = $3, released_by_id = $4, release_reason = $5
      WHERE tenant_id = $1 AND id = $2 AND released_at IS NULL RETURNING ${columnsOf(holds)}`,
    [tenantId, id, at, byId, reason],
  );
  return row ?? null;
};
