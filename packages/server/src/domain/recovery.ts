import type { ActionCategory, EffectState, IdempotencyCapability } from '@countersign/shared';
import { outcomeUnknown, type Failure } from './errors.ts';
import { isStopped } from './run-state.ts';
import type { AttemptResult, Effect, Run, Step } from './run.ts';

/** What an earlier attempt left in the ledger, seen by the next one. */
export interface EarlierEffect {
  readonly state: EffectState;
  /** The attempt may be one that a restore lost, of which nothing else is known either. */
  readonly isOfLostPast?: boolean;
  /** It was made by another plan, under keys that nobody knows any more. */
  readonly hasOtherKey?: boolean;
  /** The lost past may have done its fallback in its place, of which neither its key nor its mark says anything. */
  readonly mayBeReplaced?: boolean;
}

/**
 * What the next attempt has to reckon with. A task that was made before the installation was restored may have gone on
 * after the backup: what neither the ledger nor a person has said of that since is in doubt. Plans from before the
 * restore may have been applied by then, and those from after it stand in for others. Nothing goes on until the clock is
 * past `restoredAt`, so that it is later than all of the backup, and earlier than all that came since.
 */
export const leftEarlier = (
  effect: Pick<Effect, 'state' | 'intendedAt' | 'settledAt'> | null,
  { resolution }: Pick<Step, 'resolution'>,
  taskMadeAt: Date,
  restoredAt: Date | null,
  plannedAt?: Date,
  hasFallback = false,
): EarlierEffect | null => {
  const isAnswered =
    restoredAt !== null && resolution !== null && Date.parse(resolution.at) > restoredAt.getTime();
  if (restoredAt === null || taskMadeAt > restoredAt || isAnswered) return effect;
  const isOfBefore = effect === null || (effect.settledAt ?? effect.intendedAt) <= restoredAt;
  const state = isOfBefore ? 'UNKNOWN' : effect.state;
  if (!isInDoubt({ state })) return effect;
  const hasOtherKey = plannedAt !== undefined && plannedAt > restoredAt;
  return { state, isOfLostPast: true, hasOtherKey, mayBeReplaced: hasFallback };
};

/** How an attempt begins: call the platform, look for our own mark first, or leave it to a person. */
export type Opening = 'CALL' | 'RECONCILE' | 'ASK_A_PERSON';

/**
 * An intent without an outcome means that the effect may have happened. What a retry may assume is
 * the action type's word: a platform that takes our key, a mark we can find, a version to compare, or nothing.
 */
export const opening = (
  earlier: EarlierEffect | null,
  category: ActionCategory,
  capability: IdempotencyCapability,
): Opening => {
  if (!earlier || earlier.state === 'FAILED' || category === 'READ') return 'CALL';
  // Neither our key nor our mark finds what went by another.
  if (earlier.hasOtherKey) return 'ASK_A_PERSON';
  switch (capability) {
    case 'NATIVE_KEY':
      return earlier.mayBeReplaced ? 'ASK_A_PERSON' : 'CALL';
    case 'LOOKUP':
    case 'CONDITIONAL':
      return 'RECONCILE';
    case 'NONE':
      return 'ASK_A_PERSON';
  }
};

/** Whether a failed attempt may be tried again although the platform might have acted. */
export const isSafeToRepeat = (category: ActionCategory, capability: IdempotencyCapability): boolean =>
  category === 'READ' || capability !== 'NONE';

/** Whether what an earlier attempt did is looked for at the platform, as far as there is a mark or a version to tell it by. */
export const canBeFound = (category: ActionCategory, capability: IdempotencyCapability): boolean =>
  opening({ state: 'INTENDED' }, category, capability) === 'RECONCILE';

/** An attempt beyond those that the plan allows: a worker was lost in the last one, and this one only looks. */
export const onlyLooks = ({ attempt, maxAttempts }: Pick<Step, 'attempt' | 'maxAttempts'>): boolean =>
  attempt > maxAttempts;

/** Who loses so many workers in a row by being looked for is what kills them. */
const mostLostLooks = 10;

/** The attempt of a lost worker that had only looked so far called nothing, so it is none of those that the plan allows. */
export const withoutLostLook = (step: Step): Step =>
  step.state === 'RUNNING' && step.looks > 0 && step.looks < mostLostLooks
    ? { ...step, attempt: step.attempt - 1 }
    : step;

export const lostInLast: Failure = {
  code: 'EXECUTION_TIMEOUT',
  message: 'The worker was lost, and it was the last attempt.',
};

/** Whether the ledger leaves open that the platform acted: an intent nobody settled, or an outcome nobody knows. */
export const isInDoubt = ({ state }: EarlierEffect): boolean => state === 'INTENDED' || state === 'UNKNOWN';

/** An effect once its attempt ended. Only an attempt that surely did nothing is FAILED. */
export const effectAfter = (effect: Effect, result: AttemptResult, now: Date): Effect => {
  if (effect.state !== 'INTENDED') return effect;
  const settled = { ...effect, settledAt: now };
  switch (result.kind) {
    case 'SUCCEEDED':
      return { ...settled, state: 'SUCCEEDED', error: null };
    case 'UNKNOWN':
      return { ...settled, state: 'UNKNOWN', error: outcomeUnknown(result.failure) };
    case 'RETRIABLE':
    case 'HELD':
    case 'REFUSED':
      return result.isEffectUnknown
        ? { ...settled, state: 'UNKNOWN', error: outcomeUnknown(result.failure) }
        : { ...settled, state: 'FAILED', error: result.failure };
    case 'FAILED':
    case 'DRIFTED':
      return { ...settled, state: 'FAILED', error: result.failure };
  }
};

/**
 * How the attempt of a lost worker ends where nobody takes it up again: its run stops, or it was the last
 * that the plan allows. Null where another attempt finds out. `mayHaveActed`: the platform may hold its effect.
 * `canBeFound`: it tells what came of that, so that one attempt more may look, and do nothing else.
 */
export const afterLoss = (
  run: Run,
  steps: readonly Step[],
  step: Step,
  mayHaveActed: boolean,
  canBeFound = false,
): AttemptResult | null => {
  const isStopping = isStopped(run, steps);
  const most = mayHaveActed && canBeFound ? step.maxAttempts + 1 : step.maxAttempts;
  if (!isStopping && step.attempt < most) return null;
  const message = isStopping ? 'The worker was lost, and its run was stopping.' : lostInLast.message;
  return mayHaveActed
    ? { kind: 'UNKNOWN', failure: { code: 'OUTCOME_UNKNOWN', message } }
    : { kind: 'FAILED', failure: { code: 'EXECUTION_TIMEOUT', message } };
};
