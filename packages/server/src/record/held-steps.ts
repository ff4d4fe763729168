import { stopRules } from '../domain/decision.ts';
import type { Transaction } from '../infra/database.ts';

/** Brings steps back that something held, once that holds them no more. */
export interface HeldStepStore {
  /** Those that a kill switch held, of one tenant or of all, after this many milliseconds. */
  releaseStopped(tx: Transaction, tenantId: string | null, afterMs: number): Promise<void>;
}

export interface HeldBy {
  /** Of all tenants where null. */
  readonly tenantId: string | null;
  /** Of all platforms where null. */
  readonly platform: string | null;
  readonly rules: readonly string[];
}

/** A thousand at most: the others come when they would have. */
export const releaseHeld = async (
  tx: Transaction,
  { tenantId, platform, rules }: HeldBy,
  afterMs: number,
): Promise<void> => {
  await tx.query(
    `WITH held AS (
       SELECT id, now() + $3 * interval '1 millisecond' AS due_at FROM step
       WHERE state = 'READY' AND next_attempt_at > now() + $3 * interval '1 millisecond'
         AND ($1::uuid IS NULL OR tenant_id = $1) AND ($2::text IS NULL OR platform = $2)
         AND hold->>'rule' = ANY($4::text[])
       ORDER BY next_attempt_at LIMIT 1000 FOR UPDATE SKIP LOCKED),
     released AS (
       UPDATE step SET next_attempt_at = held.due_at FROM held WHERE step.id = held.id
       RETURNING step.id, step.next_attempt_at)
     UPDATE outbox SET due_at = released.next_attempt_at FROM released
     WHERE outbox.step_id = released.id AND outbox.due_at > released.next_attempt_at`,
    [tenantId, platform, afterMs, rules],
  );
};

export const heldSteps: HeldStepStore = {
  releaseStopped: (tx, tenantId, afterMs) =>
    releaseHeld(tx, { tenantId, platform: null, rules: Object.values(stopRules) }, afterMs),
};
