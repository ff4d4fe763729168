import { eventOf } from '../../domain/events.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { PlanDocument, PlanDocumentStep } from '../../domain/plan.ts';
import type { Effect, Step } from '../../domain/run.ts';
import { waitsSince } from '../../domain/moves.ts';
import { lastChangeSince } from '../../domain/rollback.ts';
import { asPlanned, become, type PlannedTask } from '../../domain/task.ts';
import { canonicalJson, sha256 } from '../../infra/digest.ts';
import type { NewId } from '../../infra/ids.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import type { BegunStep } from './claim.ts';
import { replaceEffect, replaceStep, stepOf, type RunContext } from './run-context.ts';

/** Marks a step as this worker's, with the intent of its effect where it has one, and the task as running. */
export const beginStep = (
  { leaseMs, newId }: { leaseMs: number; newId: NewId },
  tx: JournalTransaction,
  context: RunContext,
  { stepId, worker, looksFirst }: { stepId: string; worker: string; looksFirst: boolean },
  document: PlanDocument,
  planned: PlanDocumentStep,
  params: JsonObject,
): Omit<BegunStep, 'earlier' | 'startBy'> => {
  const { now } = context;
  const before = stepOf(context, stepId);
  const step: Step = {
    ...before,
    state: 'RUNNING',
    fence: before.fence + 1,
    attempt: before.attempt + 1,
    looks: looksFirst ? before.looks + 1 : 0,
    leaseUntil: new Date(now.getTime() + leaseMs),
    worker,
    readyAt: waitsSince(before),
    startedAt: before.startedAt ?? now,
    hold: null,
  };
  const earlier = context.effects.get(stepId) ?? null;
  const task = asPlanned(context.task);
  const effect =
    document.mode === 'NOOP' ? null : intend(task, step, { ...planned, params }, earlier, now, newId);
  replaceStep(context, step);
  if (effect) replaceEffect(context, effect, earlier === null);
  startTask(tx, context);
  tx.record(
    eventOf(context.task, now)('step.started', `${step.name} started: ${step.actionType}`, {
      stepId: step.id,
      name: step.name,
      attempt: step.attempt,
      fence: step.fence,
      worker,
      platform: step.platform,
      actionType: step.actionType,
      queueMs: now.getTime() - (step.readyAt ?? now).getTime(),
      ...(effect ? { effect: namesOf(effect) } : {}),
    }),
  );
  const { run } = context;
  const remainingMs = run.deadlineAt && run.deadlineAt.getTime() - now.getTime();
  const isUndo = step.kind === 'UNDO';
  return {
    task: context.task,
    run,
    step,
    document,
    planned,
    params,
    ...standing(context, step, document, planned),
    effect,
    // The time of the task ends what it does, never the undoing of that.
    remainingMs: isUndo ? null : remainingMs,
  };
};

/** What it is held to, and of an undoing what it undoes. */
const standing = (
  { steps }: RunContext,
  { kind, undoes, standsOn }: Step,
  document: PlanDocument,
  planned: PlanDocumentStep,
): Pick<BegunStep, 'precondition' | 'undone'> => {
  // Only what was planned upon other steps may stand on anything that no plan says.
  if (kind !== 'UNDO')
    return { precondition: ((planned.after && standsOn) || planned).precondition, undone: null };
  const undone = steps.find(({ name }) => name === undoes);
  if (!undone) throw new Error(`There is no step ${undoes} to undo.`);
  const since = lastChangeSince(undone, steps, document);
  return {
    precondition: (undone.standsOn ?? planned).precondition,
    undone: { output: undone.output, ...(since && { since: since.output }) },
  };
};

const namesOf = ({ number, idempotencyKey, requestHash }: Effect) => ({
  number,
  idempotencyKey,
  requestHash,
});

const startTask = (tx: JournalTransaction, context: RunContext): void => {
  const { task, run, now } = context;
  context.hasChanged = true;
  if (run.startedAt === null) context.run = { ...run, status: 'RUNNING', startedAt: now };
  if (task.status !== 'QUEUED') return;
  context.task = {
    ...task,
    status: become(task.status, 'RUNNING'),
    startedAt: task.startedAt ?? now,
    updatedAt: now,
  };
  tx.record(eventOf(task, now)('task.started', 'Started', { runId: run.id, revision: task.revision }));
};

/**
 * An action is one effect: the first of its step. Its key is the same for every attempt, and for an installation that
 * was restored to before its run began.
 */
const effectNumber = 1;

const intend = (
  task: PlannedTask,
  step: Step,
  planned: PlanDocumentStep,
  earlier: Effect | null,
  now: Date,
  newId: NewId,
): Effect => ({
  id: earlier?.id ?? newId(),
  tenantId: task.tenantId,
  taskId: task.id,
  stepId: step.id,
  number: effectNumber,
  planHash: task.planHash,
  state: 'INTENDED',
  fence: step.fence,
  attempt: step.attempt,
  idempotencyKey:
    earlier?.idempotencyKey ??
    sha256(
      `${task.tenantId}/${task.id}/${task.revision}/${step.name}/${effectNumber}/${task.planHash}`,
      'effect/v2\0',
    ),
  requestHash: sha256(
    canonicalJson({
      action: planned.action,
      params: planned.params,
      precondition: planned.precondition,
      ...(step.undoes === null ? {} : { undoes: step.undoes }),
    }),
    'request/v1\0',
  ),
  error: null,
  intendedAt: earlier?.intendedAt ?? now,
  settledAt: null,
});
