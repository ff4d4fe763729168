import type {
  EffectState,
  GateStatus,
  Priority,
  ResolutionOutcome,
  RunStatus,
  StepKind,
  StepState,
} from '@countersign/shared';
import { outcomeUnknown, type Failure } from './errors.ts';
import type { Hold } from './hold.ts';
import type { Json } from './json.ts';
import type { TaskFailure } from './task.ts';

/** One application of one plan revision. */
export interface Run {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly status: RunStatus;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly deadlineAt: Date | null;
  /** Set when somebody asked to end the run while steps were still in flight. */
  readonly cancelRequestedAt: Date | null;
  /** Null unless it is paused. */
  readonly pause: Pause | null;
  /** Set once it undoes what it did, and ever after. */
  readonly rollback: Rollback | null;
}

/** Why a run stands still. */
export interface Pause {
  readonly cause: 'PERSON' | 'GATE';
  /** The principal's id; left out where nobody did it. */
  readonly by?: string;
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** Why a run undoes what it did. */
export interface Rollback {
  readonly cause: 'PERSON' | 'TRANSACTION' | 'GATE';
  /** The principal's id; left out where nobody did it. */
  readonly by?: string;
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** What a gate found, and who let the run go on nevertheless. */
export interface GateEvaluation {
  readonly status: GateStatus;
  /** RFC 3339, UTC. */
  readonly evaluatedAt: string;
  /** A sentence for people. */
  readonly message: string;
  readonly overriddenBy?: string;
  readonly overrideReason?: string;
}

/** What a person found out about an effect that nobody could know. */
export interface Resolution {
  readonly outcome: ResolutionOutcome;
  /** The principal's id. */
  readonly by: string;
  readonly evidence: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** Where one action or gate of the plan stands, or the undoing of an action. */
export interface Step {
  readonly id: string;
  readonly tenantId: string;
  readonly runId: string;
  readonly taskId: string;
  readonly name: string;
  readonly kind: StepKind;
  /** The name of the step that an UNDO undoes. */
  readonly undoes: string | null;
  readonly ordinal: number;
  readonly phase: number;
  readonly actionType: string;
  readonly platform: string;
  readonly lane: Priority;
  readonly dependsOn: readonly string[];
  readonly state: StepState;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly fence: number;
  readonly leaseUntil: Date | null;
  readonly worker: string | null;
  readonly dispatchEpoch: number;
  readonly dispatchedAt: Date | null;
  readonly nextAttemptAt: Date;
  readonly readyAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly output: Json;
  readonly error: Failure | null;
  /** Why it is not started now; null unless it is READY and held. */
  readonly hold: Hold | null;
  /** What a GATE found; null until it has looked. */
  readonly gate: GateEvaluation | null;
  /** Where nobody could know what it did, a person's word on that. */
  readonly resolution: Resolution | null;
}

/** What we meant to do to a platform, and what came of it. */
export interface Effect {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly stepId: string;
  readonly number: number;
  readonly planHash: string;
  readonly state: EffectState;
  readonly fence: number;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly error: Failure | null;
  readonly intendedAt: Date;
  readonly settledAt: Date | null;
}

/** How one attempt ended, as the worker saw it. */
export type AttemptResult =
  /**
   * `madeOn`: the target's state that the effect was made on, where it is another than the plan's.
   * `isNoop`: nobody was called.
   */
  | { readonly kind: 'SUCCEEDED'; readonly output: Json; readonly madeOn?: Json; readonly isNoop?: true }
  /** Failed, and the platform surely did nothing, or a retry is safe by the action's capability. */
  | {
      readonly kind: 'RETRIABLE';
      readonly failure: Failure;
      readonly delayMs: number;
      /** True where the platform may have acted although the attempt failed. */
      readonly isEffectUnknown: boolean;
    }
  /** Not now, said before the action was called: it is done later, and no attempt is spent. */
  | {
      readonly kind: 'HELD';
      /** Until it is tried again, where it does not say until when. */
      readonly hold: Omit<Hold, 'until'> & Partial<Hold>;
      /** The same in the catalogue's words, for what ends meanwhile. */
      readonly failure: Failure;
      readonly delayMs: number;
      /** True where an earlier attempt of the step may have acted. */
      readonly isEffectUnknown: boolean;
      /** Present where a worker was lost with the attempt, which counts. */
      readonly isAttemptSpent?: true;
    }
  | { readonly kind: 'FAILED'; readonly failure: Failure }
  /** Nobody can know whether the effect happened: a person decides. */
  | { readonly kind: 'UNKNOWN'; readonly failure: Failure }
  /** The target is not what the plan saw; nothing was written. */
  | { readonly kind: 'DRIFTED'; readonly failure: Failure }
  /** Ours to stop, before any call: policy, approval or the plan's bytes did not hold at the claim. */
  | {
      readonly kind: 'REFUSED';
      readonly failure: Failure;
      readonly end: 'DENIED' | 'EXPIRED' | 'FAILED';
      /** True where an earlier attempt of the step may have acted. */
      readonly isEffectUnknown: boolean;
    };

/** What a task becomes when its run moved. PLANNING asks for a new revision. */
export type RunEnd =
  'SUCCEEDED' | 'FAILED' | 'NEEDS_ATTENTION' | 'CANCELLED' | 'DENIED' | 'EXPIRED' | 'PLANNING';

export interface Settlement {
  readonly run: Run;
  /** Steps that changed, in plan order. */
  readonly changed: readonly Step[];
  /** Among them, those that can run now or at their next attempt. */
  readonly toDispatch: readonly Step[];
  /** Null while the run goes on. */
  readonly end: RunEnd | null;
  readonly error: TaskFailure | null;
}

const isOver = (step: Step): boolean =>
  step.state !== 'BLOCKED' && step.state !== 'READY' && step.state !== 'RUNNING';

/** Whether nothing of a run may start any more: somebody ended it, or one of its steps did. */
export const isStopped = (run: Pick<Run, 'cancelRequestedAt'>, steps: readonly Step[]): boolean =>
  run.cancelRequestedAt !== null || steps.some((step) => isOver(step) && step.state !== 'SUCCEEDED');

/**
 * Applies one attempt's result to a run: the step, its successors, and the run's end when nothing is left.
 * `inDoubt` has the ids of steps whose effect an earlier attempt may have made.
 */
export const settle = (
  run: Run,
  steps: readonly Step[],
  stepId: string,
  result: AttemptResult,
  inDoubt: ReadonlySet<string>,
  now: Date,
): Settlement => {
  const step = steps.find(({ id }) => id === stepId);
  if (!step) throw new Error(`Step ${stepId} is not part of run ${run.id}.`);
  if (isOver(step)) throw new Error(`Step ${stepId} is ${step.state} already.`);
  const settled = afterAttempt(step, run, isStopped(run, steps), result, now);
  const after = steps.map((other) => (other === step ? settled : other));
  const moved = isStopped(run, after) ? after.map(stopWaiting(inDoubt, now)) : after.map(unblock(after, now));
  return conclude(run, steps, moved, result, now);
};

/** Ends a run by a person's word: what waits is cancelled at once, what is in flight finishes first. */
export const cancelRun = (
  run: Run,
  steps: readonly Step[],
  inDoubt: ReadonlySet<string>,
  now: Date,
): Settlement => {
  const asked = { ...run, cancelRequestedAt: run.cancelRequestedAt ?? now };
  return conclude(asked, steps, steps.map(stopWaiting(inDoubt, now)), null, now);
};

const conclude = (
  run: Run,
  before: readonly Step[],
  after: readonly Step[],
  result: AttemptResult | null,
  now: Date,
): Settlement => {
  const changed = after.filter((step, index) => step !== before[index]);
  const end = after.every(isOver) ? endOf(run, after, result) : null;
  return {
    run: end ? { ...run, status: runStatusOf(end), finishedAt: now } : run,
    changed,
    toDispatch: changed.filter((step) => step.state === 'READY'),
    end,
    error: end && end !== 'SUCCEEDED' && end !== 'PLANNING' ? failureOf(after) : null,
  };
};

const afterAttempt = (step: Step, run: Run, isStopping: boolean, result: AttemptResult, now: Date): Step => {
  const over = { leaseUntil: null, worker: null, finishedAt: now, hold: null };
  switch (result.kind) {
    case 'SUCCEEDED':
      return { ...step, ...over, state: 'SUCCEEDED', output: result.output, error: null };
    case 'UNKNOWN':
      return { ...step, ...over, ...endedBy(true, result.failure) };
    case 'DRIFTED':
    case 'FAILED':
      return { ...step, ...over, ...endedBy(false, result.failure) };
    case 'REFUSED':
      return { ...step, ...over, ...endedBy(result.isEffectUnknown, result.failure) };
    case 'RETRIABLE': {
      const { failure, isEffectUnknown } = result;
      const nextAttemptAt = new Date(now.getTime() + result.delayMs);
      const isTooLate = run.deadlineAt !== null && nextAttemptAt >= run.deadlineAt;
      if (step.attempt >= step.maxAttempts || isTooLate || isStopping) {
        return { ...step, ...over, ...endedBy(isEffectUnknown, failure) };
      }
      return {
        ...readyAgain(step, nextAttemptAt, now),
        error: isEffectUnknown ? outcomeUnknown(failure) : failure,
        hold: null,
      };
    }
    case 'HELD': {
      const { isEffectUnknown, hold } = result;
      const waiting = result.isAttemptSpent ? step : uncounted(step);
      if (!isStopping) {
        const nextAttemptAt = new Date(now.getTime() + result.delayMs);
        // The time of the task ends it at the next claim, and no sooner.
        const dueAt = run.deadlineAt && run.deadlineAt < nextAttemptAt ? run.deadlineAt : nextAttemptAt;
        return {
          ...readyAgain(waiting, dueAt, now),
          hold: { until: nextAttemptAt.toISOString(), ...hold },
        };
      }
      const stopped = endedBy(isEffectUnknown, stoppedWhileHeld(result.failure));
      return { ...waiting, ...over, ...stopped, ...(isEffectUnknown ? {} : { state: 'CANCELLED' }) };
    }
  }
};

const readyAgain = (step: Step, nextAttemptAt: Date, now: Date): Step => ({
  ...step,
  state: 'READY',
  leaseUntil: null,
  worker: null,
  nextAttemptAt,
  dispatchEpoch: step.dispatchEpoch + 1,
  dispatchedAt: now,
});

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

const endedBy = (isEffectUnknown: boolean, failure: Failure): Pick<Step, 'state' | 'error'> =>
  isEffectUnknown
    ? { state: 'NEEDS_ATTENTION', error: outcomeUnknown(failure) }
    : { state: 'FAILED', error: failure };

/** What waits never starts. Where an earlier attempt may have acted, a person has to look. */
const stopWaiting =
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
      error: { code: 'OUTCOME_UNKNOWN', message },
    };
  };

const unblock = (all: readonly Step[], now: Date): ((step: Step) => Step) => {
  const succeeded = new Set(all.filter(({ state }) => state === 'SUCCEEDED').map(({ name }) => name));
  return (step) =>
    step.state === 'BLOCKED' && step.dependsOn.every((name) => succeeded.has(name))
      ? { ...step, state: 'READY', readyAt: now, nextAttemptAt: now, dispatchEpoch: 1, dispatchedAt: now }
      : step;
};

/** The word for a run in which nothing moves any more. DENIED, EXPIRED and PLANNING only where nothing was done. */
const endOf = (run: Run, steps: readonly Step[], result: AttemptResult | null): RunEnd => {
  if (steps.some((step) => step.state === 'NEEDS_ATTENTION')) return 'NEEDS_ATTENTION';
  if (steps.every((step) => step.state === 'SUCCEEDED')) return 'SUCCEEDED';
  if (run.cancelRequestedAt) return 'CANCELLED';
  if (steps.some((step) => step.state === 'SUCCEEDED')) return 'FAILED';
  const failed = steps.filter((step) => step.state === 'FAILED');
  if (result?.kind === 'REFUSED' && failed.length === 1) return result.end;
  return failed.length > 0 && failed.every(hasDrifted) ? 'PLANNING' : 'FAILED';
};

/** Only a target that is not what the plan saw fails a step with this code. */
const hasDrifted = (step: Step): boolean => step.error?.code === 'PRECONDITION_FAILED';

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
 * What ended the run: a step whose outcome nobody knows before one that failed. Where another step was done, the
 * same task would do that again, so it may not be asked for again as it is.
 */
const failureOf = (steps: readonly Step[]): TaskFailure | null => {
  const culprit =
    steps.find((step) => step.state === 'NEEDS_ATTENTION') ?? steps.find((step) => step.state === 'FAILED');
  if (!culprit?.error) return null;
  const isHalfDone = steps.some((step) => step.state === 'SUCCEEDED');
  return { ...culprit.error, ...(isHalfDone ? { retriable: false } : {}), stepName: culprit.name };
};
