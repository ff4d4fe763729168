import { eventOf } from '../../domain/events.ts';
import { isSameHold } from '../../domain/hold.ts';
import { effectAfter, isInDoubt, leftEarlier, type EarlierEffect } from '../../domain/recovery.ts';
import type { UndoPlan } from '../../domain/rollback.ts';
import type { AttemptResult, Effect, Run, RunEnd, Settlement, Step } from '../../domain/run.ts';
import { settle } from '../../domain/settle.ts';
import { statusAfter } from '../../domain/task-of-run.ts';
import type { Task } from '../../domain/task.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import type { AskForPlan } from '../../record/save-revisions.ts';
import type { TaskStore } from '../../record/task-store.ts';
import type { RunStore } from '../../record/run-store.ts';
import {
  attentionEvent,
  endWords,
  fellBackEvent,
  pausedEvent,
  rollbackEvent,
  stepEvent,
} from './run-events.ts';

/** A task with a run of it, held by the transaction that loaded it; changes gather here and are saved once. */
export interface RunContext {
  readonly now: Date;
  /** When the installation was restored, the last time; null where it never was. */
  readonly restoredAt: Date | null;
  task: Task;
  run: Run;
  steps: readonly Step[];
  /** What its plan says of undoing; null where nobody asked. */
  plan: UndoPlan | null;
  readonly effects: Map<string, Effect>;
  readonly changedSteps: Set<string>;
  readonly newSteps: Set<string>;
  readonly changedEffects: Set<string>;
  readonly newEffects: Set<string>;
  readonly toDispatch: Set<string>;
  hasChanged: boolean;
  /** Its target has changed since it was planned. */
  needsPlan: boolean;
}

interface Stores {
  readonly tasks: TaskStore;
  readonly runs: RunStore;
  /** When the installation was restored, the last time; null where it never was. */
  readonly restoredAt: Date | null;
}

export interface SavingDependencies extends Stores {
  readonly askForPlan: AskForPlan;
}

/** Locks the tasks of these steps and loads their runs; by step id. A run may be of another revision than its task. */
export const loadContexts = async (
  { tasks, runs, restoredAt }: Stores,
  tx: JournalTransaction,
  stepIds: readonly string[],
): Promise<Map<string, RunContext>> => {
  // They travel together, and each sees what was committed when it began: the runs as they are under the lock.
  const [locked, { runs: found, steps, effects }] = await Promise.all([
    tasks.lockOfSteps(tx, stepIds),
    runs.load(tx, stepIds),
  ]);
  const stepsOfRun = Map.groupBy(steps, (step) => step.runId);
  const effectsOfTask = Map.groupBy(effects, (effect) => effect.taskId);
  const byStep = new Map<string, RunContext>();
  for (const run of found) {
    const task = locked.tasks.get(run.taskId);
    if (!task) continue;
    const own = stepsOfRun.get(run.id) ?? [];
    const context = contextOf(locked.now, restoredAt, task, run, own, effectsOfTask.get(task.id) ?? []);
    own.forEach((step) => byStep.set(step.id, context));
  }
  return byStep;
};

export const contextOf = (
  now: Date,
  restoredAt: Date | null,
  task: Task,
  run: Run,
  steps: readonly Step[],
  effects: readonly Effect[],
): RunContext => ({
  now,
  restoredAt,
  task,
  run,
  steps,
  plan: null,
  effects: new Map(effects.map((effect) => [effect.stepId, effect])),
  changedSteps: new Set(),
  newSteps: new Set(),
  changedEffects: new Set(),
  newEffects: new Set(),
  toDispatch: new Set(),
  hasChanged: false,
  needsPlan: false,
});

export const stepOf = (context: RunContext, stepId: string): Step => {
  const step = context.steps.find(({ id }) => id === stepId);
  if (!step) throw new Error(`Step ${stepId} is not part of run ${context.run.id}.`);
  return step;
};

export const replaceStep = (context: RunContext, step: Step): void => {
  context.steps = context.steps.map((other) => (other.id === step.id ? step : other));
  context.changedSteps.add(step.id);
};

export const replaceEffect = (context: RunContext, effect: Effect, isNew: boolean): void => {
  context.effects.set(effect.stepId, effect);
  (isNew ? context.newEffects : context.changedEffects).add(effect.stepId);
};

/** What the next attempt of a step has to reckon with; `plannedAt` is when its plan was made. */
export const earlierOf = (
  { effects, task, steps, restoredAt }: Pick<RunContext, 'effects' | 'task' | 'steps' | 'restoredAt'>,
  step: Step,
  plannedAt?: Date,
): EarlierEffect | null =>
  leftEarlier(
    effects.get(step.id) ?? null,
    step,
    task.createdAt,
    restoredAt,
    plannedAt,
    steps.some(({ fallbackFor }) => fallbackFor === step.name),
  );

/** Steps of which an effect may have been made without anybody knowing. Of what changes nothing, only a plan tells. */
export const stepsInDoubt = (context: RunContext): ReadonlySet<string> =>
  new Set(
    context.steps
      .filter((step) => {
        const earlier = earlierOf(context, step);
        return earlier && isInDoubt(earlier) && context.plan?.undoing.get(step.name) !== 'NOTHING';
      })
      .map(({ id }) => id),
  );

/** Applies an attempt's result to the run and, when the run ends with it, to the task; records the events. */
export const applyResult = (
  tx: JournalTransaction,
  context: RunContext,
  stepId: string,
  result: AttemptResult,
): void => {
  const { now, task, plan } = context;
  const before = stepOf(context, stepId);
  const inDoubt = stepsInDoubt(context);
  const settlement = settle(context.run, context.steps, stepId, result, inDoubt, now, plan);
  const after = settlement.changed.find(({ id }) => id === stepId) ?? before;
  if (!isStillWaiting(before, after)) tx.record(stepEvent(task, after, context.steps, result, now));
  settleEffect(context, stepId, result);
  applySettlement(tx, context, settlement, stepId);
};

/** What became of a run becomes of its task; records what nobody has recorded yet, of all steps but `exceptId`. */
export const applySettlement = (
  tx: JournalTransaction,
  context: RunContext,
  { run, changed, added, toDispatch, end, error }: Settlement,
  exceptId?: string,
): void => {
  const { now, task, plan, run: before } = context;
  changed.forEach((step) => {
    replaceStep(context, step);
  });
  added.forEach((step) => context.newSteps.add(step.id));
  if (added.length > 0) context.steps = [...context.steps, ...added];
  toDispatch.forEach(({ id }) => context.toDispatch.add(id));
  changed
    .filter((step) => step.id !== exceptId && step.state === 'NEEDS_ATTENTION')
    .forEach((step) => {
      tx.record(attentionEvent(task, step, now));
    });
  changed
    .filter((step) => step.id !== exceptId && step.state === 'REPLACED')
    .forEach((step) => {
      tx.record(fellBackEvent(task, step, context.steps, step.error?.message ?? '', now));
    });
  if (run.rollback && !before.rollback)
    tx.record(rollbackEvent(task, run, run.rollback, context.steps, plan, now));
  if (run.pause && run.pause.cause !== before.pause?.cause)
    tx.record(pausedEvent(task, run, run.pause, context.steps, now));
  context.run = run;
  context.hasChanged = true;
  if (end) endTask(tx, context, end, error);
  else followRun(context);
};

/** While its run goes on, a task is paused with it, and goes on with it. */
const followRun = (context: RunContext): void => {
  const { task, run, now } = context;
  const status = statusAfter(task.status, { run, end: null });
  if (status === task.status) return;
  context.task = { ...task, status, error: null, updatedAt: now, finishedAt: null };
};

/** Held once more for the same reason, which the record has already. */
const isStillWaiting = (before: Step, after: Step): boolean =>
  before.state === 'READY' && after.hold !== null && isSameHold(before.hold, after.hold);

const settleEffect = (context: RunContext, stepId: string, result: AttemptResult): void => {
  const effect = context.effects.get(stepId);
  if (effect?.state !== 'INTENDED') return;
  replaceEffect(context, effectAfter(effect, result, context.now), context.newEffects.has(stepId));
};

/** The task's end follows its run's. */
export const endTask = (
  tx: JournalTransaction,
  context: RunContext,
  end: RunEnd,
  error: Task['error'],
): void => {
  const { task, now } = context;
  const { type, summary } = endWords[end];
  const why = end === 'CANCELLED' ? (error ?? { code: 'TASK_CANCELLED', message: summary }) : error;
  const isAsBefore = task.status === end;
  context.task = {
    ...task,
    status: statusAfter(task.status, { run: context.run, end }),
    error: why,
    updatedAt: now,
    finishedAt: end === 'PLANNING' || end === 'NEEDS_ATTENTION' ? null : now,
  };
  context.hasChanged = true;
  context.needsPlan = end === 'PLANNING';
  if (isAsBefore) return;
  tx.record(
    eventOf(task, now)(type, summary, {
      revision: task.revision,
      ...(why ? { code: why.code, message: why.message } : {}),
    }),
  );
};

export const saveContexts = (
  { tasks, runs, askForPlan }: SavingDependencies,
  tx: JournalTransaction,
  contexts: Iterable<RunContext>,
): void => {
  const changed = [...new Set(contexts)].filter((context) => context.hasChanged);
  if (changed.length === 0) return;
  const pick = (ids: (context: RunContext) => Set<string>): Effect[] =>
    changed.flatMap((context) => [...ids(context)].flatMap((id) => context.effects.get(id) ?? []));
  const steps = changed.flatMap((context) => context.steps.filter(({ id }) => context.changedSteps.has(id)));
  const made = changed.flatMap((context) => context.steps.filter(({ id }) => context.newSteps.has(id)));
  const toDispatch = changed.flatMap((context) =>
    context.steps.filter(({ id }) => context.toDispatch.has(id)),
  );
  // In this order: the gate on effects reads the task and the step as they are now.
  tasks.update(
    tx,
    changed.map((context) => context.task),
  );
  runs.update(
    tx,
    changed.map((context) => context.run),
  );
  runs.updateSteps(tx, steps);
  runs.insertSteps(tx, made);
  runs.insertEffects(
    tx,
    pick((context) => context.newEffects),
  );
  runs.updateEffects(
    tx,
    pick((context) => context.changedEffects),
  );
  runs.dispatch(tx, toDispatch);
  if (toDispatch.length > 0) tx.wake('outbox');
  changed
    .filter((context) => context.needsPlan)
    .forEach(({ task }) => {
      askForPlan(tx, task);
    });
};
