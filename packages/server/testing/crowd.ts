import type { Database } from '../src/infra/database.ts';

/** How much work of the past and how many open requests a tenant has. */
export interface Crowd {
  readonly tenantId: string;
  readonly submitterId: string;
  readonly waiting: number;
  readonly finished: number;
}

/** Before every id of today, and later for a greater `n`. */
const idOfThePast = `(lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
  || '8' || substr(md5(random()::text), 1, 15))::uuid`;

/**
 * Writes a crowd of tasks at once, as their owner in the database may: waiting ones of every lane and risk, with
 * their requests, which end between one minute and some days from now; finished ones, one in ten decided by
 * people and one in a hundred failed.
 */
export const writeCrowd = async (owner: Database, crowd: Crowd): Promise<void> => {
  const { tenantId, submitterId, waiting, finished } = crowd;
  const task = (status: string): string => `
    INSERT INTO task (id, tenant_id, submitted_by_id, idempotency_key, request_hash, goal, actions, mode, priority,
      environment, requires_approval, tags, retry, status, revision, plan_hash, risk, created_at, updated_at,
      finished_at)
    SELECT id, $1, $2, id, 'hash', 'Task ' || n, '[]', 'APPLY',
      (ARRAY['CRITICAL', 'HIGH', 'NORMAL', 'LOW'])[1 + n * 7 % 4]::priority, 'DEVELOPMENT', true, '{}', '{}',
      ${status}, 1, 'hash', (ARRAY['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'])[1 + n * 13 / 4 % 4]::risk, now(), now(),
      now()
    FROM (SELECT n, ${idOfThePast} AS id FROM generate_series(1, $3::int) AS n) AS made`;
  const request = (status: string, where: string): string => `
    INSERT INTO approval_request (id, tenant_id, task_id, revision, plan_hash, status, required, undo_window_ms, start_within_ms,
      risk, environment, rank, excluded_ids, created_at, expires_at, resolved_at)
    SELECT gen_random_uuid(), tenant_id, id, 1, 'hash', ${status}, 1, 0, 3600000, risk, environment,
      4 * (array_position(enum_range(NULL::priority), priority) - 1) + 4
        - array_position(enum_range(NULL::risk), risk),
      ARRAY[submitted_by_id], created_at,
      now() + (1 + right(goal, -5)::int * 7919 % 10000) * interval '1 minute', finished_at
    FROM task WHERE tenant_id = $1 AND ${where}`;
  await owner.transaction(async (tx) => {
    await tx.query(task(`(CASE WHEN n % 100 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END)::task_status`), [
      tenantId,
      submitterId,
      finished,
    ]);
    await tx.query(request(`'APPROVED'`, `status = 'SUCCEEDED' AND right(goal, 1) = '1'`), [tenantId]);
    await tx.query(task(`'AWAITING_APPROVAL'`), [tenantId, submitterId, waiting]);
    await tx.query(request(`'PENDING'`, `status = 'AWAITING_APPROVAL'`), [tenantId]);
  });
  await owner.query('ANALYZE task');
  await owner.query('ANALYZE approval_request');
};
