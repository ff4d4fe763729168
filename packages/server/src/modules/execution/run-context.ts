import { eventOf } from '../../domain/events.ts';
import { isSameHold, type Hold } from '../../domain/hold.ts';
import { effectAfter, isInDoubt } from '../../domain/recovery.ts';
import {
  settle,
  type AttemptResult,
  type Effect,
  type Run,
  type RunEnd,
  type Step,
} from '../../domain/run.ts';
import { become, type Task } from '../../domain/task.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import type { AskForPlan } from '../../record/save-revisions.ts';
import type { TaskStore } from '../../record/task-store.ts';
import type { RunStore } from '../../record/run-store.ts';

/** A task with a run of it, held by the transaction that loaded it; changes gather here and are saved once. */
export interface RunContext {
  readonly now: Date;
  task: Task;
  run: Run;
  steps: readonly Step[];
  readonly effects: Map<string, Effect>;
  readonly changedSteps: Set<string>;
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
}

export interface SavingDependencies extends Stores {
  readonly askForPlan: AskForPlan;
}

/** Locks the tasks of these steps and loads their runs; by step id. A run may be of another revision than its task. */
export const loadContexts = async (
  { tasks, runs }: Stores,
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
    const context: RunContext = {
      now: locked.now,
      task,
      run,
      steps: own,
      effects: new Map((effectsOfTask.get(task.id) ?? []).map((effect) => [effect.stepId, effect])),
      changedSteps: new Set(),
      changedEffects: new Set(),
      newEffects: new Set(),
      toDispatch: new Set(),
      hasChanged: false,
      needsPlan: false,
    };
    own.forEach((step) => byStep.set(step.id, context));
  }
  return byStep;
};

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

/** Steps of which an effect may have been made without anybody knowing. */
export const stepsInDoubt = (effects: Iterable<Effect>): ReadonlySet<string> =>
  new Set([...effects].filter(isInDoubt).map(({ stepId }) => stepId));

/** Applies an attempt's result to the run and, when the run ends with it, to the task; records the events. */
export const applyResult = (
  tx: JournalTransaction,
  context: RunContext,
  stepId: string,
  result: AttemptResult,
): void => {
  const { now, task } = context;
  const before = stepOf(context, stepId);
  const inDoubt = stepsInDoubt(context.effects.values());
  const settlement = settle(context.run, context.steps, stepId, result, inDoubt, now);
  settlement.changed.forEach((changed) => {
    replaceStep(context, changed);
  });
  settlement.toDispatch.forEach(({ id }) => context.toDispatch.add(id));
  settleEffect(context, stepId, result);
  const after = stepOf(context, stepId);
  if (!isStillWaiting(before, after)) tx.record(stepEvent(task, after, result, now));
  settlement.changed
    .filter((step) => step.id !== stepId && step.state === 'NEEDS_ATTENTION')
    .forEach((step) => {
      tx.record(attentionEvent(task, step, now));
    });
  context.run = settlement.run;
  context.hasChanged = true;
  if (settlement.end) endTask(tx, context, settlement.end, settlement.error);
};

/** Held once more for the same reason, which the record has already. */
const isStillWaiting = (before: Step, after: Step): boolean =>
  before.state === 'READY' && after.hold !== null && isSameHold(before.hold, after.hold);

const settleEffect = (context: RunContext, stepId: string, result: AttemptResult): void => {
  const effect = context.effects.get(stepId);
  if (effect?.state !== 'INTENDED') return;
  replaceEffect(context, effectAfter(effect, result, context.now), context.newEffects.has(stepId));
};

const aboutStep = ({ id, name, attempt, platform, error }: Step) => ({
  stepId: id,
  name,
  attempt,
  platform,
  ...(error ? { code: error.code, message: error.message } : {}),
});

export const attentionEvent = (task: Task, step: Step, now: Date) =>
  eventOf(task, now)(
    'step.needs_attention',
    `Nobody can know whether ${step.name} happened: ${step.error?.message ?? ''}`,
    aboutStep(step),
  );

const stepEvent = (task: Task, step: Step, result: AttemptResult, now: Date) => {
  const event = eventOf(task, now);
  if (step.state === 'NEEDS_ATTENTION') return attentionEvent(task, step, now);
  if (result.kind === 'SUCCEEDED') return successEvent(task, step, result, now);
  const { message } = result.failure;
  if (step.hold) return heldEvent(task, step, step.hold, now);
  if (step.state === 'READY') {
    return event('step.retrying', `${step.name} failed and is tried again: ${message}`, {
      ...aboutStep(step),
      nextAttemptAt: step.nextAttemptAt.toISOString(),
    });
  }
  if (result.kind === 'REFUSED' || result.kind === 'HELD') {
    const why = step.error?.message ?? message;
    return event('step.refused', `${step.name} was stopped: ${why}`, aboutStep(step));
  }
  return event('step.failed', `${step.name} failed: ${message}`, aboutStep(step));
};

const heldEvent = (task: Task, step: Step, hold: Hold, now: Date) =>
  eventOf(task, now)('step.held', `${step.name} is held: ${hold.reason}`, {
    stepId: step.id,
    name: step.name,
    attempt: step.attempt,
    platform: step.platform,
    ...hold,
  });

const successEvent = (
  task: Task,
  step: Step,
  { madeOn, isNoop }: Extract<AttemptResult, { kind: 'SUCCEEDED' }>,
  now: Date,
) => {
  const event = eventOf(task, now);
  const durationMs = step.startedAt ? now.getTime() - step.startedAt.getTime() : 0;
  const about = { ...aboutStep(step), durationMs };
  if (isNoop) {
    const words = `${step.name} succeeded as a rehearsal: its platform was not called`;
    return event('step.succeeded', words, { ...about, isNoop });
  }
  if (madeOn === undefined) return event('step.succeeded', `${step.name} succeeded`, about);
  const words = `${step.name} succeeded: its target had moved elsewhere, and the effect was the one approved`;
  return event('step.succeeded', words, { ...about, madeOn });
};

const endWords: Record<RunEnd, { type: Parameters<ReturnType<typeof eventOf>>[0]; summary: string }> = {
  SUCCEEDED: { type: 'task.succeeded', summary: 'All steps succeeded' },
  FAILED: { type: 'task.failed', summary: 'The task failed' },
  NEEDS_ATTENTION: { type: 'task.needs_attention', summary: 'A person must find out what happened' },
  CANCELLED: { type: 'task.cancelled', summary: 'The task was cancelled' },
  DENIED: { type: 'task.denied', summary: 'Policy stopped the task' },
  EXPIRED: { type: 'task.expired', summary: 'The approval expired before the task could start' },
  PLANNING: {
    type: 'plan.superseded',
    summary: 'The target changed since the plan was made; planning again',
  },
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
  context.task = {
    ...task,
    status: become(task.status, end),
    error: why,
    updatedAt: now,
    finishedAt: end === 'PLANNING' || end === 'NEEDS_ATTENTION' ? null : now,
  };
  context.hasChanged = true;
  context.needsPlan = end === 'PLANNING';
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
      askForPlan(tx, task.id);
    });
};
