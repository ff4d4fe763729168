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
  { planHash = asPlanned(task).planHash, isTold = true }: { planHash?: string; isTold?: boolean } = {},
): Promise<unknown> =>
  database.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO review (id, tenant_id, approval_id, plan_hash, reviewer_id, verdict, at)
       SELECT $1, tenant_id, id, $2, $3, 'APPROVE', now() FROM approval_request WHERE task_id = $4`,
      [newId(), planHash, reviewerId, task.id],
    );
    if (!isTold) return;
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
