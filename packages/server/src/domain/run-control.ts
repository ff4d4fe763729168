import { mayFallBack } from './fallback.ts';
import { overriddenBy } from './gates.ts';
import { readyFrom, reopened, stopWaiting, unblock, waitAgain, withUndone } from './moves.ts';
import type { UndoPlan } from './rollback.ts';
import { conclude } from './run-end.ts';
import { clockOf, goingStatus, isDone, isHeldUp, isStopped } from './run-state.ts';
import { soakRule } from './soak.ts';
import type { Pause, Resolution, Rollback, Run, Settlement, Step } from './run.ts';

/** What a person does to a run from outside its steps. */
export interface Word {
  /** The principal's id. */
  readonly by: string;
  readonly reason: string;
}

/** Ends a run by a person's word: what waits is cancelled at once, what is in flight finishes first. */
export const cancelRun = (
  run: Run,
  steps: readonly Step[],
  inDoubt: ReadonlySet<string>,
  now: Date,
): Settlement => {
  const asked: Run = {
    ...run,
    status: goingStatus(run),
    pause: null,
    cancelRequestedAt: run.cancelRequestedAt ?? now,
  };
  return conclude(asked, steps, steps.map(stopWaiting(inDoubt, now)), null, now, null);
};

/**
 * Undoes what a run did: what waits never starts, what is in flight finishes first. Soak and gates are passed over;
 * policy and approval are asked at each claim as always.
 */
export const rollbackRun = (
  run: Run,
  steps: readonly Step[],
  rollback: Rollback,
  inDoubt: ReadonlySet<string>,
  now: Date,
  plan: UndoPlan | null,
): Settlement => {
  const turned: Run = {
    ...run,
    status: goingStatus(run),
    rollback,
    pause: null,
    cancelRequestedAt: null,
    finishedAt: null,
  };
  return conclude(turned, steps, steps.map(stopWaiting(inDoubt, now)), null, now, plan);
};

/** Nothing starts any more, and what is in flight finishes. */
export const pauseRun = (run: Run, pause: Pause): Run => ({ ...run, status: 'PAUSED', pause });

/**
 * Goes on where it stood still, with all its clocks put on by the time that took. What a gate found is overridden,
 * once: a gate that is still to come decides by what it finds, and so does one that spoke while a person kept the run
 * paused.
 */
export const resumeRun = (run: Run, steps: readonly Step[], { by, reason }: Word, now: Date): Settlement => {
  const overridden = new Map(
    overriddenBy(run, steps).map((gate): [string, Step] => [
      gate.id,
      {
        ...gate,
        state: 'SUCCEEDED',
        error: null,
        gate: { ...gate.gate, overriddenBy: by, overrideReason: reason },
      },
    ]),
  );
  return goOn(
    run,
    steps,
    steps.map((step) => overridden.get(step.id) ?? step),
    now,
  );
};

const goOn = (run: Run, before: readonly Step[], after: readonly Step[], now: Date): Settlement => {
  const pausedMs = run.pause ? now.getTime() - Date.parse(run.pause.at) : 0;
  const later = (date: Date): Date => new Date(date.getTime() + pausedMs);
  /** No later than it would have been, and with nothing of the pause in its wait. */
  const letGo = (date: Date): Date => (date > now ? date : earliest(later(date), now));
  const going: Run = {
    ...run,
    status: goingStatus(run),
    pause: null,
    deadlineAt: run.deadlineAt && later(run.deadlineAt),
  };
  const waiting = after.map((step): Step => {
    if (step.state !== 'READY') return step;
    const { hold } = step;
    // What others hold they hold by their own clock, as an approval ends by its own: they are asked as if nobody had paused.
    const isOfOthers = hold !== null && hold.rule !== soakRule;
    return {
      ...readyFrom(step, isOfOthers ? letGo(step.nextAttemptAt) : later(step.nextAttemptAt)),
      dispatchedAt: now,
      readyAt: step.startedAt === null ? step.readyAt && later(step.readyAt) : step.readyAt,
      ...(hold?.rule === soakRule && hold.until !== null
        ? { hold: { ...hold, until: later(new Date(hold.until)).toISOString() } }
        : {}),
    };
  });
  return conclude(going, before, waiting.map(unblock(waiting, now)), null, now, null);
};

const earliest = (one: Date, other: Date): Date => (one < other ? one : other);

/**
 * Tries a failed step anew, with `attempts` more; what was stopped because of it comes after it as it would have.
 * A gate looks again, and its run goes on where no other holds it up.
 */
export const retryStep = (
  run: Run,
  steps: readonly Step[],
  name: string,
  { attempts, timeoutMs }: { readonly attempts: number; readonly timeoutMs: number | null },
  now: Date,
): Settlement => {
  const opened = reopened(run, timeoutMs, now);
  const clock = clockOf(opened, now);
  const tried = steps.map((step): Step =>
    step.name === name
      ? {
          ...readyFrom(step, clock),
          maxAttempts: step.attempt + attempts,
          attemptsBefore: step.attempt,
          readyAt: clock,
          startedAt: null,
          dispatchedAt: now,
          finishedAt: null,
          gate: null,
        }
      : step,
  );
  if (run.pause) {
    const isHeld = run.pause.cause !== 'GATE' || tried.some(isHeldUp);
    return isHeld ? conclude(opened, steps, tried, null, now, null) : goOn(opened, steps, tried, now);
  }
  return conclude(opened, steps, afresh(opened, tried, now), null, now, null);
};

/** What was stopped may begin after all, where nothing stops the run any more. */
const afresh = (run: Run, steps: readonly Step[], now: Date): readonly Step[] => {
  const waiting = steps.map(waitAgain(run));
  return isStopped(run, waiting) ? steps : waiting.map(unblock(waiting, clockOf(run, now)));
};

/**
 * A person says what came of an effect that nobody could know, or what became by hand of what could not be undone here:
 * the run goes on as if it had known.
 */
export const resolveStep = (
  run: Run,
  steps: readonly Step[],
  name: string,
  resolution: Resolution,
  timeoutMs: number | null,
  now: Date,
  plan: UndoPlan | null,
): Settlement => {
  const resolved = withUndone(
    steps.map((step): Step => (step.name === name ? asResolved(step, resolution) : step)),
  );
  const opened = reopened(run, timeoutMs, now);
  return conclude(
    opened,
    steps,
    afresh(opened, replacedIn(opened, resolved, name, now), now),
    null,
    now,
    plan,
  );
};

/** What surely did nothing, as a person found out, gives its place to its fallback as it would have by itself. */
const replacedIn = (run: Run, steps: readonly Step[], name: string, now: Date): readonly Step[] => {
  const given = steps.map((step): Step =>
    step.name === name && step.kind === 'ACTION' && step.state === 'FAILED'
      ? { ...step, state: 'REPLACED' }
      : step,
  );
  const waiting = given.map(waitAgain(run));
  const isGiven = waiting.some(
    (step) => step.name === name && step.state === 'REPLACED' && mayFallBack(run, waiting, step, now),
  );
  return isGiven ? given : steps;
};

const asResolved = (step: Step, resolution: Resolution): Step => {
  // What was done and cannot be undone here was undone by hand.
  if (step.kind !== 'UNDO' && isDone(step)) return { ...step, resolution, state: 'UNDONE' };
  if (resolution.outcome === 'HAPPENED')
    return { ...step, resolution, state: 'SUCCEEDED', output: { resolved: true }, error: null };
  // That an undoing failed was known: what it should have undone stays, and the rest goes on.
  return step.state === 'NEEDS_ATTENTION'
    ? { ...step, resolution, state: 'FAILED', error: didNotHappen }
    : { ...step, resolution, state: 'CANCELLED' };
};

const didNotHappen = {
  code: 'DEPENDENCY_FAILED',
  message: 'It did not happen: a person found out.',
  retriable: false,
} as const;
