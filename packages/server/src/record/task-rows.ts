import type { Environment, Priority, Risk, TaskMode, TaskStatus } from '@countersign/shared';
import type { ActionRequest, Task, TaskFailure } from '../domain/task.ts';
import type { RetryPolicy } from '../domain/retry.ts';
import type { Row } from '../infra/rows.ts';

export interface TaskRow {
  id: string;
  tenant_id: string;
  submitted_by_id: string;
  hand_ids: string[];
  idempotency_key: string;
  request_hash: string;
  goal: string;
  actions: ActionRequest[];
  mode: TaskMode;
  priority: Priority;
  environment: Environment;
  justification: string | null;
  requires_approval: boolean;
  correlation_id: string | null;
  source: string | null;
  tags: string[];
  timeout_ms: number | null;
  retry: RetryPolicy;
  status: TaskStatus;
  revision: number;
  plan_hash: string;
  risk: Risk;
  error: TaskFailure | null;
  traceparent: string | null;
  created_at: Date;
  updated_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

export const toTask = (row: TaskRow): Task => ({
  id: row.id,
  tenantId: row.tenant_id,
  submittedById: row.submitted_by_id,
  handIds: row.hand_ids,
  idempotencyKey: row.idempotency_key,
  requestHash: row.request_hash,
  goal: row.goal,
  actions: row.actions,
  mode: row.mode,
  priority: row.priority,
  environment: row.environment,
  justification: row.justification,
  requiresApproval: row.requires_approval,
  correlationId: row.correlation_id,
  source: row.source,
  tags: row.tags,
  timeoutMs: row.timeout_ms,
  retry: row.retry,
  status: row.status,
  revision: row.revision,
  planHash: row.plan_hash,
  risk: row.risk,
  error: row.error,
  traceparent: row.traceparent,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
});

export const fromTask = (task: Task): Row => ({
  id: task.id,
  tenant_id: task.tenantId,
  submitted_by_id: task.submittedById,
  hand_ids: task.handIds,
  idempotency_key: task.idempotencyKey,
  request_hash: task.requestHash,
  goal: task.goal,
  actions: task.actions,
  mode: task.mode,
  priority: task.priority,
  environment: task.environment,
  justification: task.justification,
  requires_approval: task.requiresApproval,
  correlation_id: task.correlationId,
  source: task.source,
  tags: task.tags,
  timeout_ms: task.timeoutMs,
  retry: task.retry,
  ...changeable(task),
  traceparent: task.traceparent,
  created_at: task.createdAt,
});

/** The columns that a task's life changes. */
export const changeable = (task: Task): Row => ({
  id: task.id,
  status: task.status,
  revision: task.revision,
  plan_hash: task.planHash,
  risk: task.risk,
  error: task.error,
  updated_at: task.updatedAt,
  started_at: task.startedAt,
  finished_at: task.finishedAt,
});
