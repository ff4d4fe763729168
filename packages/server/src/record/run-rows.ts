import type { EffectState, Priority, RunStatus, StepState } from '@countersign/shared';
import type { Failure } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { Effect, Run, Step } from '../domain/run.ts';
import type { Row } from '../infra/rows.ts';

export interface RunRow {
  id: string;
  tenant_id: string;
  task_id: string;
  revision: number;
  plan_hash: string;
  status: RunStatus;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  deadline_at: Date | null;
  cancel_requested_at: Date | null;
}

export interface StepRow {
  id: string;
  tenant_id: string;
  run_id: string;
  task_id: string;
  name: string;
  ordinal: number;
  phase: number;
  action_type: string;
  platform: string;
  lane: Priority;
  depends_on: string[];
  state: StepState;
  attempt: number;
  max_attempts: number;
  fence: number;
  lease_until: Date | null;
  worker: string | null;
  dispatch_epoch: number;
  dispatched_at: Date | null;
  next_attempt_at: Date;
  ready_at: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  output: Json;
  error: Failure | null;
}

export interface EffectRow {
  id: string;
  tenant_id: string;
  task_id: string;
  step_id: string;
  number: number;
  plan_hash: string;
  state: EffectState;
  fence: number;
  attempt: number;
  idempotency_key: string;
  request_hash: string;
  error: Failure | null;
  intended_at: Date;
  settled_at: Date | null;
}

export const toRun = (row: RunRow): Run => ({
  id: row.id,
  tenantId: row.tenant_id,
  taskId: row.task_id,
  revision: row.revision,
  planHash: row.plan_hash,
  status: row.status,
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  deadlineAt: row.deadline_at,
  cancelRequestedAt: row.cancel_requested_at,
});

export const fromRun = (run: Run): Row => ({
  ...changeableRun(run),
  tenant_id: run.tenantId,
  task_id: run.taskId,
  revision: run.revision,
  plan_hash: run.planHash,
  created_at: run.createdAt,
  deadline_at: run.deadlineAt,
});

export const changeableRun = (run: Run): Row => ({
  id: run.id,
  status: run.status,
  started_at: run.startedAt,
  finished_at: run.finishedAt,
  cancel_requested_at: run.cancelRequestedAt,
});

export const toStep = (row: StepRow): Step => ({
  id: row.id,
  tenantId: row.tenant_id,
  runId: row.run_id,
  taskId: row.task_id,
  name: row.name,
  ordinal: row.ordinal,
  phase: row.phase,
  actionType: row.action_type,
  platform: row.platform,
  lane: row.lane,
  dependsOn: row.depends_on,
  state: row.state,
  attempt: row.attempt,
  maxAttempts: row.max_attempts,
  fence: row.fence,
  leaseUntil: row.lease_until,
  worker: row.worker,
  dispatchEpoch: row.dispatch_epoch,
  dispatchedAt: row.dispatched_at,
  nextAttemptAt: row.next_attempt_at,
  readyAt: row.ready_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  output: row.output,
  error: row.error,
});

export const fromStep = (step: Step): Row => ({
  ...changeableStep(step),
  tenant_id: step.tenantId,
  run_id: step.runId,
  task_id: step.taskId,
  name: step.name,
  ordinal: step.ordinal,
  phase: step.phase,
  action_type: step.actionType,
  platform: step.platform,
  lane: step.lane,
  depends_on: step.dependsOn,
  max_attempts: step.maxAttempts,
});

export const changeableStep = (step: Step): Row => ({
  id: step.id,
  state: step.state,
  attempt: step.attempt,
  fence: step.fence,
  lease_until: step.leaseUntil,
  worker: step.worker,
  dispatch_epoch: step.dispatchEpoch,
  dispatched_at: step.dispatchedAt,
  next_attempt_at: step.nextAttemptAt,
  ready_at: step.readyAt,
  started_at: step.startedAt,
  finished_at: step.finishedAt,
  output: step.output,
  error: step.error,
});

export const toEffect = (row: EffectRow): Effect => ({
  id: row.id,
  tenantId: row.tenant_id,
  taskId: row.task_id,
  stepId: row.step_id,
  number: row.number,
  planHash: row.plan_hash,
  state: row.state,
  fence: row.fence,
  attempt: row.attempt,
  idempotencyKey: row.idempotency_key,
  requestHash: row.request_hash,
  error: row.error,
  intendedAt: row.intended_at,
  settledAt: row.settled_at,
});

export const fromEffect = (effect: Effect): Row => ({
  ...changeableEffect(effect),
  tenant_id: effect.tenantId,
  task_id: effect.taskId,
  step_id: effect.stepId,
  number: effect.number,
  plan_hash: effect.planHash,
  idempotency_key: effect.idempotencyKey,
  request_hash: effect.requestHash,
  intended_at: effect.intendedAt,
});

export const changeableEffect = (effect: Effect): Row => ({
  id: effect.id,
  state: effect.state,
  fence: effect.fence,
  attempt: effect.attempt,
  error: effect.error,
  settled_at: effect.settledAt,
});
