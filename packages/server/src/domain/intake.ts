import { urgencyRank } from '@countersign/shared';
import type { ApprovalRequest } from './approval-request.ts';
import type { Decision } from './decision.ts';
import { eventOf, type NewEvent } from './events.ts';
import { gate } from './gate.ts';
import { ownHands } from './hands.ts';
import type { PlanDocument } from './plan.ts';
import type { Principal } from './principal.ts';
import { nextTurnOf } from './request-clock.ts';
import { stepUpOf } from './step-up.ts';
import { unbegun } from './run-state.ts';
import type { Run, Step } from './run.ts';
import { become, type PlannedTask, type Task } from './task.ts';

/** A run that is about to exist, with its steps; those without dependencies are READY. */
export interface StartedRun {
  readonly run: Run;
  readonly steps: readonly Step[];
}

/** Turns a plan into a run. `newId` gives a fresh UUID at each call. */
export const startRun = (
  task: Pick<PlannedTask, 'id' | 'tenantId' | 'priority' | 'planHash' | 'revision'>,
  document: PlanDocument,
  now: Date,
  newId: () => string,
): StartedRun => {
  const run: Run = {
    id: newId(),
    tenantId: task.tenantId,
    taskId: task.id,
    revision: task.revision,
    planHash: task.planHash,
    status: 'QUEUED',
    createdAt: now,
    startedAt: null,
    finishedAt: null,
    deadlineAt: document.timeoutMs === null ? null : new Date(now.getTime() + document.timeoutMs),
    cancelRequestedAt: null,
    pause: null,
    rollback: null,
  };
  // A run ends by its last step, so one without steps would never end.
  if (document.steps.length === 0) throw new Error(`Plan ${task.planHash} has no steps to run.`);
  const steps = document.steps.map((step): Step => ({
    id: newId(),
    tenantId: task.tenantId,
    runId: run.id,
    taskId: task.id,
    name: step.name,
    kind: step.kind ?? 'ACTION',
    undoes: null,
    fallbackFor: step.fallbackFor ?? null,
    ordinal: step.ordinal,
    phase: step.phase,
    actionType: step.action,
    platform: step.platform,
    lane: task.priority,
    dependsOn: step.dependsOn,
    ...unbegun(step.dependsOn.length === 0 && step.fallbackFor === undefined, document.retry.maxRetries, now),
  }));
  return { run, steps };
};

/** Where a freshly planned and decided task goes, with all that begins there. */
export interface Intake {
  readonly task: Task;
  readonly approval: ApprovalRequest | null;
  readonly started: StartedRun | null;
  readonly events: readonly NewEvent[];
}

/**
 * Sends a planned task on its way: refused, finished (a PLAN), waiting for people, or queued. What is held is
 * queued as well: its steps wait.
 */
export const takeIn = (
  planned: PlannedTask,
  document: PlanDocument,
  decision: Decision,
  requester: Principal,
  now: Date,
  newId: () => string,
): Intake => {
  const event = eventOf(planned, now);
  const answer = gate({ now, decision, approval: 'NONE' });
  if (answer.kind === 'DENY') {
    const message = answer.reason;
    const task = end(planned, 'DENIED', now, { code: 'POLICY_DENIED', message });
    return { task, approval: null, started: null, events: [event('task.denied', message)] };
  }
  if (planned.mode === 'PLAN') {
    const task = end(planned, 'SUCCEEDED', now, null);
    return {
      task,
      approval: null,
      started: null,
      events: [event('task.succeeded', 'Planned; nothing was to run')],
    };
  }
  if (answer.kind === 'ASK') {
    const approval = openApproval(planned, decision, requester, now, newId());
    const people = approval.required === 1 ? 'one person' : `${approval.required} people`;
    return {
      task: { ...planned, status: become(planned.status, 'AWAITING_APPROVAL'), updatedAt: now },
      approval,
      started: null,
      events: [
        event('approval.requested', `Waits for ${people} to approve revision ${planned.revision}`, {
          approvalId: approval.id,
          required: approval.required,
          expiresAt: approval.expiresAt.toISOString(),
        }),
      ],
    };
  }
  const started = startRun(planned, document, now, newId);
  const task: Task = { ...planned, status: become(planned.status, 'QUEUED'), updatedAt: now };
  return { task, approval: null, started, events: [queuedEvent(task, started.run, now)] };
};

export const queuedEvent = (task: Task, run: Run, now: Date): NewEvent =>
  eventOf(task, now)('task.queued', `Queued in the ${task.priority.toLowerCase()} lane`, {
    runId: run.id,
    priority: task.priority,
  });

const openApproval = (
  task: PlannedTask,
  decision: Decision,
  requester: Principal,
  now: Date,
  id: string,
): ApprovalRequest => {
  const terms = decision.approval;
  if (!terms) throw new Error('A decision that asks for approval must say how many people.');
  const clock = {
    status: 'PENDING' as const,
    remindAfterMs: terms.remindAfterMs,
    remindersSent: 0,
    escalateAfterMs: terms.escalation?.afterMs ?? null,
    escalateTo: terms.escalation?.group ?? null,
    escalatedAt: null,
    createdAt: now,
    expiresAt: new Date(now.getTime() + terms.expiresInMs),
  };
  return {
    ...clock,
    nextTurnAt: nextTurnOf(clock),
    id,
    tenantId: task.tenantId,
    taskId: task.id,
    revision: task.revision,
    planHash: task.planHash,
    required: terms.required,
    stages: terms.stages,
    vetoGroups: terms.vetoGroups,
    editedById: null,
    mayEditorApprove: terms.mayEditorApprove,
    stepUp: stepUpOf(terms.stepUp, task.risk),
    undoWindowMs: terms.undoWindowMs,
    startWithinMs: terms.startWithinMs,
    risk: task.risk,
    environment: task.environment,
    rank: urgencyRank(task.priority, task.risk),
    excludedIds: ownHands(requester, task.handIds),
    effectiveAt: null,
    resolvedAt: null,
    staleSince: null,
    staleReason: null,
  };
};

const end = (task: Task, status: 'DENIED' | 'SUCCEEDED', now: Date, error: Task['error']): Task => ({
  ...task,
  status: become(task.status, status),
  error,
  updatedAt: now,
  finishedAt: now,
});
