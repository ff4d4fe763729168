import type { StatementRunner } from '../infra/database.ts';

/**
 * Waits until nobody else adds to a list of this owner, until this transaction ends: who counts after it, and adds
 * what there is room for, is never one of too many. Reads after it see what those before added.
 */
export const turnToAdd = async (tx: StatementRunner, list: string, ownerId: string): Promise<void> => {
  await tx.query(
    "SELECT FROM pg_advisory_xact_lock(hashtextextended('countersign list ' || $1 || ' ' || $2::text, 0))",
    [list, ownerId],
  );
};
