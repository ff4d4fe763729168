import type { ResolutionOutcome } from '@countersign/shared';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { eventOf, type NewEvent } from '../../domain/events.ts';
import { undoingIsStopped } from '../../domain/kill-switch.ts';
import { reasonFault } from '../../domain/note.ts';
import type { Principal } from '../../domain/principal.ts';
import { isInDoubt } from '../../domain/recovery.ts';
import { pauseRun, resolveStep, resumeRun, retryStep, rollbackRun } from '../../domain/run-control.ts';
import {
  noPause,
  noRelease,
  noResolution,
  noResume,
  noRetry,
  noRollback,
  noUndoUnderStop,
} from '../../domain/run-refusals.ts';
import { overriddenBy } from '../../domain/gates.ts';
import type { Run, Settlement, Step } from '../../domain/run.ts';
import type { Task } from '../../domain/task.ts';
import type { NewId } from '../../infra/ids.ts';
import type { FindStop } from '../../record/kill-switch-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { LockStore } from '../../record/lock-store.ts';
import type { PlanStore } from '../../record/plan-store.ts';
import {
  applySettlement,
  contextOf,
  earlierOf,
  replaceEffect,
  saveContexts,
  stepsInDoubt,
  type RunContext,
  type SavingDependencies,
} from './run-context.ts';
import { loadUndoPlans } from './undo-plan.ts';

export interface ControlDependencies extends SavingDependencies {
  readonly findStop: FindStop;
  readonly journal: Journal;
  readonly plans: PlanStore;
  readonly locks: Pick<LockStore, 'release' | 'findHeld'>;
  readonly newId: NewId;
}

/** What people do to a run. Refused: unknown, no operator, not in this state. */
export interface RunControl {
  pause(viewer: Principal, taskId: string, reason: string): Promise<Outcome<Task>>;
  resume(viewer: Principal, taskId: string, reason: string): Promise<Outcome<Task>>;
  /** `underStop`: although a kill switch stops its work. */
  rollback(viewer: Principal, taskId: string, reason: string, underStop?: boolean): Promise<Outcome<Task>>;
  /** Others may change what a run that needs attention has for itself. */
  releaseLocks(viewer: Principal, taskId: string, reason: string): Promise<Outcome<Task>>;
  retry(viewer: Principal, taskId: string, step: string, reason: string): Promise<Outcome<Task>>;
  resolve(
    viewer: Principal,
    taskId: string,
    step: string,
    outcome: ResolutionOutcome,
    evidence: string,
  ): Promise<Outcome<Task>>;
}

/** A run under the lock of its task, and whoever is about to control it. */
interface Hand {
  readonly tx: JournalTransaction;
  readonly viewer: Principal;
  readonly context: RunContext;
  readonly task: Task;
  readonly run: Run;
  readonly steps: readonly Step[];
  readonly now: Date;
}

/** Null where the run itself goes on as it was. */
interface Done {
  readonly settlement: Settlement | null;
  readonly event: NewEvent | null;
}

type Deed = (hand: Hand) => Refusal | Done | Promise<Refusal | Done>;
type DeedAtOnce = (hand: Hand) => Refusal | Done;

export const createRunControl = (deps: ControlDependencies): RunControl => {
  const control = (
    viewer: Principal,
    taskId: string,
    said: { readonly text: string; readonly path: 'reason' | 'evidence' },
    deed: Deed,
  ): Promise<Outcome<Task>> =>
    deps.journal.transaction(async (tx) => {
      const fault = reasonFault(said.text, said.path);
      const { tasks, now } = await deps.tasks.lock(tx, [taskId]);
      const task = tasks.get(taskId);
      if (task?.tenantId !== viewer.tenantId) return refused(unknownTask);
      if (fault) return refused(invalidInput([fault]));
      const context = await loadContext(deps, tx, task, now);
      if (!context) return refused(noPause(viewer, { task, run: null }) ?? unknownTask);
      const { run, steps } = context;
      const done = await deed({ tx, viewer, context, task, run, steps, now });
      if ('code' in done) return refused(done);
      if (done.event) tx.record(done.event);
      if (!done.settlement) return accepted(task);
      applySettlement(tx, context, done.settlement);
      saveContexts(deps, tx, [context]);
      return accepted(context.task);
    });
  const reasoned = (viewer: Principal, taskId: string, reason: string, deed: Deed) =>
    control(viewer, taskId, { text: reason, path: 'reason' }, deed);
  return {
    pause: (viewer, taskId, reason) => reasoned(viewer, taskId, reason, (hand) => pause(hand, reason)),
    resume: (viewer, taskId, reason) => reasoned(viewer, taskId, reason, (hand) => resume(hand, reason)),
    rollback: (viewer, taskId, reason, underStop = false) =>
      reasoned(viewer, taskId, reason, (hand) => rollback(deps, hand, reason, underStop)),
    releaseLocks: (viewer, taskId, reason) =>
      reasoned(viewer, taskId, reason, (hand) => releaseLocks(deps, hand, reason)),
    retry: (viewer, taskId, name, reason) =>
      reasoned(viewer, taskId, reason, (hand) => retry(hand, name, reason)),
    resolve: (viewer, taskId, name, outcome, evidence) =>
      control(viewer, taskId, { text: evidence, path: 'evidence' }, (hand) =>
        resolve(hand, name, outcome, evidence),
      ),
  };
};

const unknownTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');

const loadContext = async (
  deps: ControlDependencies,
  tx: JournalTransaction,
  task: Task,
  now: Date,
): Promise<RunContext | null> => {
  const [run] = await deps.runs.findRuns(tx, [{ taskId: task.id, revision: task.revision }]);
  if (!run) return null;
  const steps = await deps.runs.findSteps(tx, [run.id]);
  const claimed = steps.filter(({ fence }) => fence > 0).map(({ id }) => id);
  const effects = claimed.length === 0 ? [] : await deps.runs.findEffects(tx, claimed);
  const context = contextOf(now, deps.restoredAt, task, run, steps, effects);
  await loadUndoPlans(deps, tx, [context]);
  return context;
};

const goingOn = (run: Run): Settlement => ({
  run,
  changed: [],
  added: [],
  toDispatch: [],
  end: null,
  error: null,
});

const pause = ({ viewer, task, run, now }: Hand, reason: string): ReturnType<DeedAtOnce> =>
  noPause(viewer, { task, run }) ?? {
    settlement: goingOn(pauseRun(run, { cause: 'PERSON', by: viewer.id, reason, at: now.toISOString() })),
    event: null,
  };

const resume = ({ viewer, task, run, steps, now }: Hand, reason: string): ReturnType<DeedAtOnce> => {
  const no = noResume(viewer, { task, run });
  if (no) return no;
  const pausedMs = now.getTime() - Date.parse(run.pause?.at ?? now.toISOString());
  const overridden = overriddenBy(run, steps).map(({ name }) => name);
  const despite = overridden.length === 0 ? '' : `, despite ${overridden.join(', ')}`;
  return {
    settlement: resumeRun(run, steps, { by: viewer.id, reason }, now),
    event: eventOf(task, now, viewer.id)('run.resumed', `Resumed${despite}: ${reason}`, {
      runId: run.id,
      reason,
      pausedMs,
      overridden,
    }),
  };
};

const rollback = async (
  { findStop }: ControlDependencies,
  { viewer, context, task, run, steps, now }: Hand,
  reason: string,
  underStop: boolean,
): Promise<Refusal | Done> => {
  const { plan } = context;
  const changes = steps.filter(({ name }) => plan?.undoing.get(name) !== 'NOTHING');
  const stop = await findStop(
    task,
    changes.map(({ platform, actionType }) => ({ platform, actionType, category: 'WRITE' })),
  );
  const words = { task, viewer, now, run, reason };
  // It began before the stop, which holds it: a further word lets it go on.
  if (stop && underStop && run.rollback && !run.finishedAt)
    return (
      noUndoUnderStop(viewer, { task, run }) ?? {
        settlement: goingOn({ ...run, rollback: { ...run.rollback, isUnderStop: true } }),
        event: underStopEvent(words),
      }
    );
  const no = noRollback(viewer, { task, run }, steps, plan);
  if (no) return no;
  if (stop && !underStop) return undoingIsStopped(stop);
  const chosen = stop ? { isUnderStop: true } : {};
  const word = { cause: 'PERSON', by: viewer.id, reason, at: now.toISOString(), ...chosen } as const;
  return {
    settlement: rollbackRun(run, steps, word, stepsInDoubt(context), now, plan),
    event: stop ? underStopEvent(words) : null,
  };
};

const underStopEvent = ({
  task,
  viewer,
  now,
  run,
  reason,
}: Omit<Hand, 'tx' | 'context' | 'steps'> & { readonly reason: string }): NewEvent =>
  eventOf(task, now, viewer.id)(
    'run.rollback_under_stop',
    `Is undone although its work is stopped: ${reason}`,
    {
      runId: run.id,
      reason,
    },
  );

const releaseLocks = async (
  { locks }: ControlDependencies,
  { tx, viewer, task, run, now }: Hand,
  reason: string,
): Promise<Refusal | Done> => {
  const names = (await locks.findHeld(tx, [run.id])).map(({ name }) => name);
  const no = noRelease(viewer, { task, run }, names);
  if (no) return no;
  locks.release(tx, run.id);
  const about = { runId: run.id, reason, names };
  const words = `Others may change ${names.join(', ')} again: ${reason}`;
  return { settlement: null, event: eventOf(task, now, viewer.id)('run.locks_released', words, about) };
};

const unknownStep = (name: string, steps: readonly Step[]): Refusal =>
  refusal(
    'RESOURCE_NOT_FOUND',
    `The run has no step "${name}". It has ${steps.map((step) => step.name).join(', ')}.`,
  );

const retry = (
  { viewer, context, task, run, steps, now }: Hand,
  name: string,
  reason: string,
): ReturnType<DeedAtOnce> => {
  const step = steps.find((other) => other.name === name);
  if (!step) return unknownStep(name, steps);
  const no = noRetry(viewer, { task, run }, steps, step);
  if (no) return no;
  const anew = {
    attempts: task.retry.maxRetries + 1,
    timeoutMs: context.plan?.document.timeoutMs ?? null,
  };
  return {
    settlement: retryStep(run, steps, name, anew, now),
    event: eventOf(task, now, viewer.id)('step.retried', `${name} is tried anew: ${reason}`, {
      stepId: step.id,
      name,
      attempt: step.attempt,
      reason,
    }),
  };
};

const resolve = (
  { viewer, context, task, run, steps, now }: Hand,
  name: string,
  outcome: ResolutionOutcome,
  evidence: string,
): ReturnType<DeedAtOnce> => {
  const step = steps.find((other) => other.name === name);
  if (!step) return unknownStep(name, steps);
  const no = noResolution(viewer, { task, run }, steps, step, context.plan, outcome);
  if (no) return no;
  settleEffectOf(context, step, outcome);
  const word = { outcome, by: viewer.id, evidence, at: now.toISOString() };
  const { plan } = context;
  return {
    settlement: resolveStep(run, steps, name, word, plan?.document.timeoutMs ?? null, now, plan),
    event: eventOf(task, now, viewer.id)('step.resolved', `${resolvedWords(step, outcome)}: ${evidence}`, {
      stepId: step.id,
      name,
      outcome,
      evidence,
    }),
  };
};

const resolvedWords = ({ name, kind, undoes, state }: Step, outcome: ResolutionOutcome): string => {
  const isMade = outcome === 'HAPPENED';
  if (state === 'NEEDS_ATTENTION') return `${name} ${isMade ? 'happened' : 'did not happen'}`;
  const done = kind === 'UNDO' ? undoes : name;
  return `${done} ${isMade ? 'was undone by hand' : 'stays as it is'}`;
};

/**
 * The ledger follows a person's word: the next attempt must not find a doubt that is none any more. Of what a restore
 * lost the ledger may have nothing: there the word itself, which the step keeps, is what the next attempt finds.
 */
const settleEffectOf = (context: RunContext, step: Step, outcome: ResolutionOutcome): void => {
  const effect = context.effects.get(step.id);
  const earlier = earlierOf(context, step);
  if (!effect || !earlier || !isInDoubt(earlier)) return;
  const isMade = outcome === 'HAPPENED';
  const state = isMade ? 'SUCCEEDED' : 'FAILED';
  const error = isMade ? null : effect.error;
  replaceEffect(context, { ...effect, state, error, settledAt: context.now }, false);
};
