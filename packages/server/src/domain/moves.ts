import { isCalledFor, isSpare } from './fallback.ts';
import { doneNames, goingStatus, isDone, isGivenUp } from './run-state.ts';
import type { Run, Step } from './run.ts';

/** What waits never starts. Where an earlier attempt may have acted, a person has to look. */
export const stopWaiting =
  (inDoubt: ReadonlySet<string>, now: Date) =>
  (step: Step): Step => {
    if (step.state !== 'BLOCKED' && step.state !== 'READY') return step;
    if (!inDoubt.has(step.id)) return { ...step, state: 'CANCELLED', finishedAt: now, hold: null };
    const last = step.error ? ` It ended with: ${step.error.message}` : '';
    const message = `Stopped before anybody knew what an earlier attempt did.${last}`;
    return {
      ...step,
      state: 'NEEDS_ATTENTION',
      finishedAt: now,
      hold: null,
      resolution: null,
      error: { code: 'OUTCOME_UNKNOWN', message },
    };
  };

/** `clock` is the time by which steps wait. */
export const unblock = (all: readonly Step[], clock: Date): ((step: Step) => Step) => {
  // What is given up keeps nothing waiting.
  const done = new Set([...doneNames(all), ...all.filter(isGivenUp).map(({ name }) => name)]);
  return (step) => {
    if (step.state !== 'BLOCKED') return step;
    if (isSpare(step, all)) return { ...step, state: 'SKIPPED', finishedAt: clock };
    return step.dependsOn.every((name) => done.has(name)) && isCalledFor(step, all)
      ? { ...readyFrom(step, clock), readyAt: clock, startedAt: null, dispatchedAt: clock }
      : step;
  };
};

/** Waits for its next attempt, under a dispatch of its own. */
export const readyFrom = (step: Step, nextAttemptAt: Date): Step => ({
  ...step,
  state: 'READY',
  looks: 0,
  leaseUntil: null,
  worker: null,
  nextAttemptAt,
  dispatchEpoch: step.dispatchEpoch + 1,
});

/**
 * Since when a step that is claimed has waited for us: what was held, since it was let go. Only the wait for its first
 * attempt counts.
 */
export const waitsSince = ({ startedAt, hold, nextAttemptAt, readyAt }: Step): Date | null =>
  hold && startedAt === null ? nextAttemptAt : readyAt;

/** What was stopped before it began may begin after all, in its turn. */
export const waitAgain =
  ({ rollback }: Pick<Run, 'rollback'>) =>
  (step: Step): Step =>
    step.state === 'CANCELLED' && !isGivenUp(step) && (step.kind === 'UNDO') === (rollback !== null)
      ? { ...step, state: 'BLOCKED', finishedAt: null }
      : step;

/** With what undid it, a step is undone. */
export const withUndone = (steps: readonly Step[]): readonly Step[] => {
  const undone = new Set(
    steps.filter((step) => step.kind === 'UNDO' && isDone(step)).map(({ undoes }) => undoes),
  );
  return undone.size === 0
    ? steps
    : steps.map((step) => (isDone(step) && undone.has(step.name) ? { ...step, state: 'UNDONE' } : step));
};

/** A run that had ended and goes on; its time begins anew. */
export const reopened = (run: Run, timeoutMs: number | null, now: Date): Run =>
  run.finishedAt === null
    ? run
    : {
        ...run,
        status: goingStatus(run),
        finishedAt: null,
        deadlineAt: timeoutMs === null ? null : new Date(now.getTime() + timeoutMs),
      };
