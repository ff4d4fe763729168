import { asPlanned, type Task } from '../src/domain/task.ts';
import type { Database } from '../src/infra/database.ts';
import { newId } from '../src/infra/ids.ts';

/** Makes a task look as if its only step were claimed. */
export const forgeClaim = async (database: Database, task: Task, stepState = 'RUNNING'): Promise<string> => {
  const [runId, stepId] = [newId(), newId()];
  await database.query(`UPDATE task SET status = 'RUNNING' WHERE id = $1`, [task.id]);
  await database.query(
    `INSERT INTO run (id, tenant_id, task_id, revision, plan_hash, status, created_at)
     VALUES ($1, $2, $3, $4, $5, 'RUNNING', now())`,
    [runId, task.tenantId, task.id, task.revision, task.planHash],
  );
  await database.query(
    `INSERT INTO step (id, tenant_id, run_id, task_id, name, ordinal, phase, action_type, platform, lane, depends_on,
       state, attempt, max_attempts, fence, lease_until, dispatch_epoch, dispatched_at, next_attempt_at)
     VALUES ($1, $2, $3, $4, 'step-1', 0, 1, 'noop.run@1', 'noop', 'NORMAL', '{}', $5::step_state, 0, 4, 1,
       CASE WHEN $5 = 'RUNNING' THEN now() + interval '1 hour' END, 1, now(), now())`,
    [stepId, task.tenantId, runId, task.id, stepState],
  );
  return stepId;
};

/** A vote with its event in the log, or without. */
export const forgeReview = (
  database: Database,
  task: Task,
  reviewerId: string,
  {
    planHash = asPlanned(task).planHash,
    isRecorded = true,
    makerIds = [],
  }: { planHash?: string; isRecorded?: boolean; makerIds?: readonly string[] } = {},
): Promise<unknown> =>
  database.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO review (id, tenant_id, approval_id, plan_hash, reviewer_id, maker_ids, verdict, at)
       SELECT $1, tenant_id, id, $2, $3, $5, 'APPROVE', now() FROM approval_request WHERE task_id = $4`,
      [newId(), planHash, reviewerId, task.id, makerIds],
    );
    if (!isRecorded) return;
    await tx.query(
      `INSERT INTO event (seq, tenant_id, type, at, task_id, actor_id, summary, data, digest)
       SELECT pg_current_xact_id()::text::bigint << 20, r.tenant_id, 'approval.reviewed', r.at, a.task_id,
         r.reviewer_id, 'forged', jsonb_build_object('approvalId', a.id, 'planHash', r.plan_hash, 'verdict', 'APPROVE'), 'd'
       FROM review r JOIN approval_request a ON a.id = r.approval_id WHERE a.task_id = $1 ORDER BY r.at DESC LIMIT 1`,
      [task.id],
    );
  });

/** The intent of the only effect of such a step. */
export const intend = (
  database: Pick<Database, 'query'>,
  task: Task,
  stepId: string,
  other: { planHash?: string; fence?: number } = {},
) =>
  database.query(
    `INSERT INTO effect (id, tenant_id, task_id, step_id, number, plan_hash, state, fence, attempt, idempotency_key,
       request_hash, intended_at) VALUES ($1, $2, $3, $4, 1, $5, 'INTENDED', $6, 1, $7, 'hash', now())`,
    [newId(), task.tenantId, task.id, stepId, other.planHash ?? task.planHash, other.fence ?? 1, newId()],
  );

export interface ForgedGrant {
  readonly byId: string;
  /** Whom the log names for it; null where it does not tell. */
  readonly toldBy: string | null;
  /** SQL. */
  readonly at: string;
  readonly maxRisk: string;
  readonly environment: string;
  readonly uses: number;
  readonly isApproved: boolean;
  readonly required: number;
}

/** A grant with its event in the log, or without. */
export const forgeGrant = (
  database: Database,
  forged: ForgedGrant & { readonly tenantId: string; readonly agentId: string; readonly target: string },
): Promise<unknown> =>
  database.transaction(async (tx) => {
    const id = newId();
    await tx.query(
      `INSERT INTO standing_grant (id, tenant_id, action_type, agent_id, environment, target, max_risk, uses, expires_at,
         reason, required, by_id, hand_ids, maker_ids, created_at, approved_by_id, approved_at)
       VALUES ($1, $2, 'ledger.keyed@1', $3, $4, $5, $6, $7, now() + interval '7 days', 'forged', $8, $9, '{}', '{}',
         ${forged.at}, $10, CASE WHEN $10::uuid IS NULL THEN NULL ELSE now() END)`,
      [
        id,
        forged.tenantId,
        forged.agentId,
        forged.environment,
        forged.target,
        forged.maxRisk,
        forged.uses,
        forged.required,
        forged.byId,
        forged.isApproved ? forged.byId : null,
      ],
    );
    if (forged.toldBy === null) return;
    await tx.query(
      `INSERT INTO event (seq, tenant_id, type, at, actor_id, summary, data, digest)
       SELECT pg_current_xact_id()::text::bigint << 20, g.tenant_id, 'grant.created', g.created_at, $2, 'forged',
         jsonb_build_object('grantId', g.id), 'd' FROM standing_grant g WHERE g.id = $1`,
      [id, forged.toldBy],
    );
  });

/** A use, by default the next. */
export const forgeUse = (
  database: Database,
  task: Task,
  { grantId, revision = task.revision, number }: { grantId: string; revision?: number; number?: number },
): Promise<unknown> =>
  database.query(
    `INSERT INTO grant_use (id, tenant_id, grant_id, task_id, revision, plan_hash, takes, number, at)
     SELECT $1, $2, $3, $4, $5, $6, 1, coalesce($7::int, (SELECT max(number) FROM grant_use WHERE grant_id = $3) + 1, 1), now()`,
    [newId(), task.tenantId, grantId, task.id, revision, task.planHash, number ?? null],
  );
