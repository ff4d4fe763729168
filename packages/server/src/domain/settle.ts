import { replaced, withoutWaiting } from './fallback.ts';
import { outcomeUnknown, type Failure } from './errors.ts';
import { evaluation, evaluateGate, unknownGate } from './gates.ts';
import { readyFrom, stopWaiting, unblock, withUndone } from './moves.ts';
import type { UndoPlan } from './rollback.ts';
import { conclude } from './run-end.ts';
import { clockOf, isOver, isStopped } from './run-state.ts';
import type { AttemptResult, Run, Settlement, Step } from './run.ts';

/**
 * Applies one attempt's result to a run: the step, its successors, and the run's end when nothing is left.
 * `inDoubt` has the ids of steps whose effect an earlier attempt may have made. `plan` may be left out where
 * `asksPlan` says that nothing depends on it.
 */
export const settle = (
  run: Run,
  steps: readonly Step[],
  stepId: string,
  told: AttemptResult,
  inDoubt: ReadonlySet<string>,
  now: Date,
  plan: UndoPlan | null = null,
): Settlement => {
  const step = steps.find(({ id }) => id === stepId);
  if (!step) throw new Error(`Step ${stepId} is not part of run ${run.id}.`);
  if (isOver(step)) throw new Error(`Step ${stepId} is ${step.state} already.`);
  const result = withoutWaiting(run, steps, step, told, now);
  const attempted = afterAttempt(step, run, isStopped(run, steps), result, now);
  const ended = replaced(run, steps, attempted, result, now);
  const judged = evaluateGate(
    run,
    steps,
    result.kind === 'REFUSED' ? ended : unknownGate(ended, now),
    plan?.document ?? null,
    now,
  );
  const after = withUndone(steps.map((other) => (other === step ? judged.step : other)));
  const moved = isStopped(judged.run, after)
    ? after.map(stopWaiting(inDoubt, now))
    : after.map(unblock(after, clockOf(judged.run, now)));
  return conclude(judged.run, steps, moved, result, now, plan);
};

/** Whether what comes of this result may depend on what the plan says: of gates, of transactions, of undoing. */
export const asksPlan = (run: Run, steps: readonly Step[], step: Step, result: AttemptResult): boolean => {
  if (run.rollback !== null || isStopped(run, steps)) return true;
  switch (result.kind) {
    case 'SUCCEEDED':
      return result.verdict !== undefined && result.verdict.status !== 'PASS';
    case 'HELD':
      return false;
    case 'RETRIABLE':
      return step.attempt >= step.maxAttempts || run.deadlineAt !== null;
    default:
      return true;
  }
};

const afterAttempt = (step: Step, run: Run, isStopping: boolean, result: AttemptResult, now: Date): Step => {
  const over = { leaseUntil: null, worker: null, finishedAt: now, hold: null };
  switch (result.kind) {
    case 'SUCCEEDED':
      return { ...step, ...over, ...doneBy(result, now), output: result.output, resolution: null };
    case 'UNKNOWN':
      return { ...step, ...over, ...endedBy(true, result.failure) };
    case 'DRIFTED':
    case 'FAILED':
      return { ...step, ...over, ...endedBy(false, result.failure) };
    case 'REFUSED':
      return { ...step, ...over, ...endedBy(result.isEffectUnknown, result.failure) };
    case 'RETRIABLE': {
      const { failure, isEffectUnknown } = result;
      const nextAttemptAt = new Date(clockOf(run, now).getTime() + result.delayMs);
      if (step.attempt >= step.maxAttempts || isTooLate(step, run, nextAttemptAt) || isStopping) {
        return { ...step, ...over, ...endedBy(isEffectUnknown, failure) };
      }
      return {
        ...readyFrom(step, nextAttemptAt),
        dispatchedAt: now,
        error: isEffectUnknown ? outcomeUnknown(failure) : failure,
        hold: null,
      };
    }
    case 'HELD': {
      const { isEffectUnknown } = result;
      const waiting = result.isAttemptSpent ? step : uncounted(step);
      if (!isStopping) return held(waiting, run, result, now);
      const stopped = endedBy(isEffectUnknown, stoppedWhileHeld(result.failure));
      return { ...waiting, ...over, ...stopped, ...(isEffectUnknown ? {} : { state: 'CANCELLED' }) };
    }
  }
};

/** A gate that looked is only done where it says yes. */
const doneBy = (
  { verdict }: Extract<AttemptResult, { kind: 'SUCCEEDED' }>,
  now: Date,
): Pick<Step, 'state' | 'error'> & Partial<Pick<Step, 'gate'>> => {
  if (!verdict) return { state: 'SUCCEEDED', error: null };
  const gate = evaluation(verdict, now);
  return verdict.status === 'PASS'
    ? { state: 'SUCCEEDED', error: null, gate }
    : { state: 'FAILED', error: { code: 'PRECONDITION_FAILED', message: verdict.message }, gate };
};

/** The time of the task ends what it does, never the undoing of that. */
const isTooLate = ({ kind }: Step, { deadlineAt }: Run, at: Date): boolean =>
  kind !== 'UNDO' && deadlineAt !== null && at >= deadlineAt;

const held = (
  step: Step,
  run: Run,
  { hold, delayMs, startBy }: Extract<AttemptResult, { kind: 'HELD' }>,
  now: Date,
): Step => {
  const nextAttemptAt = new Date(clockOf(run, now).getTime() + delayMs);
  // The time of the task ends it at the next claim, and no sooner; so does that of an approval.
  const ends = [
    ...(run.deadlineAt && isTooLate(step, run, nextAttemptAt) ? [run.deadlineAt.getTime()] : []),
    ...(startBy === undefined ? [] : [Date.parse(startBy)]),
  ];
  const dueAt = new Date(Math.min(nextAttemptAt.getTime(), ...ends));
  return {
    ...readyFrom(step, dueAt),
    dispatchedAt: now,
    hold: { until: nextAttemptAt.toISOString(), ...hold },
  };
};

/** As before its claim, except for the fence; a step that is only READY has counted nothing yet. */
const uncounted = (step: Step): Step => {
  if (step.state !== 'RUNNING') return step;
  const attempt = step.attempt - 1;
  return { ...step, attempt, startedAt: attempt === 0 ? null : step.startedAt };
};

const stoppedWhileHeld = (failure: Failure): Failure => ({
  ...failure,
  message: `Its run stopped before the action could be called: ${failure.message}`,
});

/** What a person said of an earlier attempt says nothing of this one, nor does it where this one is done. */
const endedBy = (
  isEffectUnknown: boolean,
  failure: Failure,
): Pick<Step, 'state' | 'error'> & Partial<Pick<Step, 'resolution'>> =>
  isEffectUnknown
    ? { state: 'NEEDS_ATTENTION', error: outcomeUnknown(failure), resolution: null }
    : { state: 'FAILED', error: failure };
