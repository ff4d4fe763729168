import type { RunStatus } from '@countersign/shared';
import { isSpare } from './fallback.ts';
import { heldUp, isAsking } from './gates.ts';
import { reachOf, undoSteps, type UndoPlan } from './rollback.ts';
import { clockOf, isDone, isOver, isSettled, isStopped } from './run-state.ts';
import type { AttemptResult, Rollback, Run, RunEnd, Settlement, Step } from './run.ts';
import type { TaskFailure } from './task.ts';

/**
 * What becomes of a run by its steps' new states: it goes on, undoes what it did, or ends. `plan` is null where it
 * cannot be read, or where nothing that happened could lead to a rollback.
 */
export const conclude = (
  run: Run,
  before: readonly Step[],
  after: readonly Step[],
  result: AttemptResult | null,
  now: Date,
  plan: UndoPlan | null,
): Settlement => {
  const changed = after.filter((step, index) => step !== before[index]);
  if (!after.every(isOver) || isAsking(run, after)) return goingOn(heldUp(run, after, now), changed, []);
  const turned = { ...run, rollback: run.rollback ?? ofTransaction(run, after, result, now, plan) };
  const added = plan && mayUndo(turned, after) ? undoSteps(after, plan, clockOf(turned, now)) : [];
  if (added.length > 0) return goingOn(turned, changed, added);
  const end = endOf(turned, after, result, plan);
  return {
    run: { ...turned, status: runStatusOf(end), pause: null, finishedAt: now },
    changed,
    added,
    toDispatch: [],
    end,
    error: end === 'SUCCEEDED' || end === 'PLANNING' ? null : failureOf(turned, after, plan),
  };
};

const goingOn = (run: Run, changed: readonly Step[], added: readonly Step[]): Settlement => ({
  run,
  changed,
  added,
  // A paused run starts nothing: what became ready is dispatched when it goes on.
  toDispatch: run.pause === null ? [...changed, ...added].filter(({ state }) => state === 'READY') : [],
  end: null,
  error: null,
});

/** What was undone in part is not undone further after a failure. */
const mayUndo = (run: Run, steps: readonly Step[]): boolean =>
  run.rollback !== null && (!steps.some(({ kind }) => kind === 'UNDO') || !isStopped(run, steps));

/** A transaction that failed undoes what it did; one of which something is unknown waits for a person's word. */
const ofTransaction = (
  run: Run,
  steps: readonly Step[],
  result: AttemptResult | null,
  now: Date,
  plan: UndoPlan | null,
): Rollback | null => {
  if (!plan?.document.transactional || endOf(run, steps, result, plan) !== 'FAILED') return null;
  const { undoes, leaves } = reachOf(steps, plan);
  if (undoes.length + leaves.length === 0) return null;
  const failed = steps.find(({ state }) => state === 'FAILED');
  return { cause: 'TRANSACTION', reason: `${failed?.name ?? 'A step'} failed.`, at: now.toISOString() };
};

/** The word for a run in which nothing moves any more. DENIED, EXPIRED and PLANNING only where nothing was done. */
const endOf = (
  run: Run,
  steps: readonly Step[],
  result: AttemptResult | null,
  plan: UndoPlan | null,
): RunEnd => {
  if (steps.some((step) => step.state === 'NEEDS_ATTENTION')) return 'NEEDS_ATTENTION';
  if (run.rollback && run.startedAt) return isUndone(steps, plan) ? 'ROLLED_BACK' : 'NEEDS_ATTENTION';
  // A fallback that nobody needed is nothing that was left undone.
  if (steps.every((step) => isSettled(step) || isSpare(step, steps))) return 'SUCCEEDED';
  if (run.cancelRequestedAt) return 'CANCELLED';
  if (steps.some(isDone)) return 'FAILED';
  const failed = steps.filter((step) => step.state === 'FAILED');
  if (result?.kind === 'REFUSED' && failed.length === 1) return result.end;
  return failed.length > 0 && failed.every(hasDrifted) ? 'PLANNING' : 'FAILED';
};

/** Without a plan nobody can tell what stands. */
const isUndone = (steps: readonly Step[], plan: UndoPlan | null): boolean => {
  if (!plan) return !steps.some((step) => step.kind === 'ACTION' && isDone(step));
  const { undoes, leaves } = reachOf(steps, plan);
  return undoes.length + leaves.length === 0;
};

/** Only a target that is not what the plan saw fails an action with this code. */
const hasDrifted = (step: Step): boolean =>
  step.kind === 'ACTION' && step.error?.code === 'PRECONDITION_FAILED';

const runStatusOf = (end: RunEnd): RunStatus => {
  switch (end) {
    case 'PLANNING':
    case 'CANCELLED':
      return 'CANCELLED';
    case 'DENIED':
    case 'EXPIRED':
      return 'FAILED';
    default:
      return end;
  }
};

/**
 * What ended the run: a step whose outcome nobody knows before one that failed, and its undoing before all. Where
 * another step was done, the same task would do that again, so it may not be asked for again as it is.
 */
const failureOf = (run: Run, steps: readonly Step[], plan: UndoPlan | null): TaskFailure | null => {
  const bad = steps.filter(({ state }) => state === 'NEEDS_ATTENTION' || state === 'FAILED');
  const culprit =
    bad.find(({ kind }) => run.rollback && kind === 'UNDO') ??
    bad.find(({ state }) => state === 'NEEDS_ATTENTION') ??
    bad[0];
  const left = run.rollback && plan ? reachOf(steps, plan) : null;
  const standing = left ? [...left.undoes, ...left.leaves] : [];
  const told = standing.length === 0 ? '' : ` Not undone: ${standing.join(', ')}.`;
  if (!culprit?.error) {
    const reason = run.rollback?.reason;
    return reason ? { code: 'TASK_CANCELLED', message: `Rolled back: ${reason}${told}` } : null;
  }
  const isHalfDone = steps.some(isDone);
  return {
    ...culprit.error,
    message: `${culprit.error.message}${told}`,
    ...(isHalfDone ? { retriable: false } : {}),
    stepName: culprit.name,
  };
};
