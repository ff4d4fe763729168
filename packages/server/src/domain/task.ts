import {
  isFinalStatus,
  type Environment,
  type FinalStatus,
  type Priority,
  type Risk,
  type TaskMode,
  type TaskStatus,
} from '@countersign/shared';
import type { Failure } from './errors.ts';
import type { JsonObject } from './json.ts';
import { hasRight, type Principal } from './principal.ts';
import type { Fault } from './refusal-details.ts';
import type { TaskSource } from './source.ts';
import type { RetryPolicy } from './retry.ts';
import type { RolloutRequest } from './rollout.ts';

/** One action as the caller asked for it. */
export interface ActionRequest {
  readonly name: string;
  readonly type: string;
  readonly params: JsonObject;
  readonly dependsOn: readonly string[];
  /** Params of each target, merged over the action's: they are rolled out in phases. Left out: one step. */
  readonly targets?: readonly JsonObject[];
  /** Present exactly where there are targets. */
  readonly rollout?: RolloutRequest;
  /** Milliseconds that each try may take; left out, what its type takes. */
  readonly timeoutMs?: number;
  /** What runs in its place where it failed and surely did nothing. */
  readonly fallback?: FallbackRequest;
}

export interface FallbackRequest {
  readonly type: string;
  /** Left out: those of the action that its type knows. */
  readonly params?: JsonObject;
  readonly timeoutMs?: number;
}

/** What a caller submits, after its shape was checked and defaults were filled in. */
export interface TaskRequest {
  readonly idempotencyKey: string;
  readonly goal: string;
  readonly actions: readonly ActionRequest[];
  readonly mode: TaskMode;
  readonly priority: Priority;
  readonly environment: Environment;
  readonly justification: string | null;
  /** The caller's own wish for a person's word; it can only tighten. */
  readonly requiresApproval: boolean;
  readonly correlationId: string | null;
  readonly source: string | null;
  readonly tags: readonly string[];
  readonly timeoutMs: number | null;
  readonly retry: RetryPolicy;
  /** Whether what was done is undone where a step fails. */
  readonly transactional: boolean;
  /** The task that this one is a part of. */
  readonly parentTaskId: string | null;
  /** Content that it rests on, with what came with its parent. */
  readonly sources: readonly TaskSource[];
  /** The specialist that is to plan it, or planned it; null where the actions are the caller's own. */
  readonly agent: string | null;
  /** What the caller tells whoever plans it. */
  readonly context: JsonObject | null;
}

export interface Task extends TaskRequest {
  readonly id: string;
  readonly tenantId: string;
  readonly submittedById: string;
  /** Those besides the submitter and its owner who had a hand in the submission. */
  readonly handIds: readonly string[];
  readonly requestHash: string;
  /** The caller's key under which its plan was applied; null where it was not. */
  readonly applyKey: string | null;
  readonly status: TaskStatus;
  /** Of the current plan; 0 until there is one. */
  readonly revision: number;
  /** Null until there is a plan. */
  readonly planHash: string | null;
  /** Null until there is a plan. */
  readonly risk: Risk | null;
  readonly error: TaskFailure | null;
  readonly traceparent: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** A task of which there is a plan. */
export interface PlannedTask extends Task {
  readonly planHash: string;
  readonly risk: Risk;
}

/** @throws where the task was never planned: only what is planned is approved or runs. */
export const asPlanned = (task: Task): PlannedTask => {
  const { planHash, risk } = task;
  if (planHash === null || risk === null) throw new Error(`Task ${task.id} has no plan.`);
  return { ...task, planHash, risk };
};

export interface TaskFailure extends Failure {
  readonly stepName?: string;
  /** What was wrong with the submission, where it could not be planned. */
  readonly faults?: readonly Fault[];
}

const whereRunsGo = [
  'PLANNING',
  'SUCCEEDED',
  'FAILED',
  'ROLLED_BACK',
  'NEEDS_ATTENTION',
  'DENIED',
  'EXPIRED',
  'CANCELLED',
] as const;

/** Where a task may go from each status that is no end. */
const successors: Record<Exclude<TaskStatus, FinalStatus>, readonly TaskStatus[]> = {
  PLANNING: ['AWAITING_APPROVAL', 'QUEUED', 'SUCCEEDED', 'DENIED', 'FAILED', 'CANCELLED'],
  AWAITING_APPROVAL: ['HELD', 'QUEUED', 'REJECTED', 'EXPIRED', 'CANCELLED'],
  HELD: ['AWAITING_APPROVAL', 'QUEUED', 'REJECTED', 'EXPIRED', 'CANCELLED'],
  // A restore may have lost that it ran.
  QUEUED: ['RUNNING', 'PAUSED', 'PLANNING', 'NEEDS_ATTENTION', 'FAILED', 'DENIED', 'EXPIRED', 'CANCELLED'],
  RUNNING: ['PAUSED', ...whereRunsGo],
  // A step in flight may still end its run.
  PAUSED: ['RUNNING', 'QUEUED', ...whereRunsGo],
  NEEDS_ATTENTION: ['RUNNING', 'SUCCEEDED', 'FAILED', 'ROLLED_BACK', 'CANCELLED'],
};

export const canBecome = (from: TaskStatus, to: TaskStatus): boolean =>
  !isFinalStatus(from) && successors[from].includes(to);
/** Statuses in which a person or a caller may still end the task. */
export const isCancellable = (status: TaskStatus): boolean => canBecome(status, 'CANCELLED');

/**
 * Whether a principal may end a task: its submitter, or an operator. Where nobody knows what happened a
 * person answers for closing it, so no agent can make its own doubt disappear.
 */
export const mayCancel = (
  viewer: Principal,
  task: Pick<Task, 'tenantId' | 'submittedById' | 'status'>,
): boolean =>
  viewer.tenantId === task.tenantId &&
  (viewer.type === 'HUMAN' || task.status !== 'NEEDS_ATTENTION') &&
  (task.submittedById === viewer.id || hasRight(viewer, 'OPERATE'));

/** What a person's word lets go on. */
export const hasStopped = (status: TaskStatus): boolean =>
  status === 'FAILED' || status === 'NEEDS_ATTENTION' || status === 'PAUSED';

/** What had stopped, or stood still, goes on by a person's word: to stand still again where a gate holds it up. */
export const goOn = (from: TaskStatus, to: 'QUEUED' | 'RUNNING' | 'PAUSED'): TaskStatus => {
  if (!hasStopped(from)) throw new Error(`A task that is ${from} cannot go on.`);
  return to;
};

/** The status reached, or an exception: an illegal transition is our mistake, never a caller's. */
export const become = (from: TaskStatus, to: TaskStatus): TaskStatus => {
  if (!canBecome(from, to)) throw new Error(`A task cannot go from ${from} to ${to}.`);
  return to;
};
