import type { Failure } from '../../domain/errors.ts';
import { toCarriable, type Json } from '../../domain/json.ts';
import { isInDoubt, lostInLast, onlyLooks, opening } from '../../domain/recovery.ts';
import type { AttemptResult } from '../../domain/run.ts';
import type { ExecutorFailure, Place } from '../../platforms/index.ts';
import type { Lease } from '../../record/leases/leases.ts';
import { applyAsShown, assertWithinPlan, standOnEarlierSteps } from './as-approved.ts';
import { begin, earlierOf, keepFirst, NotCalled, type Attempt, type PerformDependencies } from './attempt.ts';
import { resultOf } from './attempt-result.ts';
import type { Claim } from './claim.ts';
import { evaluateOutput } from './evaluate-output.ts';

const unknownEarlier: Failure = {
  code: 'OUTCOME_UNKNOWN',
  message: 'An earlier attempt may have reached the platform, which cannot tell us.',
};

const unknownInstead: Failure = {
  code: 'OUTCOME_UNKNOWN',
  message:
    'What a restore lost may have done this, or its fallback in its place. Look at both before you say so.',
};

/**
 * Runs one attempt of a claimed step at its platform and says how it ended. Never throws. What a platform answers is not
 * ours to choose, and must not keep its outcome from being stored.
 */
export const performStep = async (
  deps: PerformDependencies,
  claim: Claim,
  lease: Lease,
  place: Place | null,
): Promise<AttemptResult> => toCarriable(await attemptStep(deps, claim, lease, place));

const attemptStep = async (
  deps: PerformDependencies,
  claim: Claim,
  lease: Lease,
  place: Place | null,
): Promise<AttemptResult> => {
  const { planned, params, effect, earlier } = claim;
  const foreseen = deps.prepare(planned.action, planned.params, planned.name);
  const prepared = params === planned.params ? foreseen : deps.prepare(planned.action, params, planned.name);
  if (!foreseen.ok || !prepared.ok) {
    if (effect && earlier && isInDoubt(earlier)) return { kind: 'UNKNOWN', failure: unknownEarlier };
    const [fault] = prepared.ok ? [] : prepared.faults;
    const message = fault?.message ?? 'The action is not known any more.';
    return { kind: 'FAILED', failure: { code: 'SCHEMA_VALIDATION_FAILED', message } };
  }
  if (!effect) return { kind: 'SUCCEEDED', output: null, isNoop: true };
  const attempt = begin(deps, claim, effect, lease, place, prepared.action, foreseen.action);
  try {
    return await (claim.undone ? undo(attempt, claim.undone.output) : run(deps, attempt));
  } catch (thrown) {
    const failed = thrown instanceof NotCalled ? thrown.result : deps.describeError(thrown);
    return await lookedForOnceMore(deps, attempt, failed);
  }
};

/** Makes the effect, or finds the one that an earlier attempt made, and reads it back. */
const run = async (deps: PerformDependencies, attempt: Attempt): Promise<AttemptResult> => {
  const { action, call, claim, lease } = attempt;
  const earlier = earlierOf(claim);
  const start = opening(earlier, action.traits.category, action.traits.idempotency);
  if (start === 'ASK_A_PERSON')
    return { kind: 'UNKNOWN', failure: earlier?.mayBeReplaced ? unknownInstead : unknownEarlier };
  let output: Json | undefined;
  if (start === 'RECONCILE') {
    const found = await action.reconcile(call);
    // A version to compare makes a second call harmless; without a mark to look for there is nothing else.
    const isLost = found ? found.kind === 'UNKNOWN' : action.traits.idempotency === 'LOOKUP';
    if (earlier?.mayBeReplaced && found?.kind !== 'FOUND')
      return { kind: 'UNKNOWN', failure: unknownInstead };
    if (isLost) return { kind: 'UNKNOWN', failure: unknownEarlier };
    if (found?.kind === 'FOUND') output = found.output;
    else if (found) attempt.isInDoubt = false;
  }
  lease.assertHeld();
  if (output === undefined && onlyLooks(claim.step))
    return attempt.isInDoubt
      ? { kind: 'UNKNOWN', failure: unknownEarlier }
      : { kind: 'FAILED', failure: lostInLast };
  if (output === undefined) {
    await assertWithinPlan(attempt);
    await standOnEarlierSteps(deps, attempt);
    await tellOfCall(deps, attempt);
    attempt.hasCalled = true;
    output = await applyAsShown(deps, attempt);
    attempt.hasAnswer = true;
    // A read-back may take its time, and needs no place.
    call.place?.[Symbol.dispose]();
  }
  attempt.isInDoubt = action.traits.category !== 'READ';
  return readBack(attempt, output);
};

/** Who has only looked so far loses no attempt with its worker. Before the call that is over, and everybody knows. */
const tellOfCall = async ({ keepCalled }: PerformDependencies, attempt: Attempt): Promise<void> => {
  if (attempt.claim.step.looks > 0) await keepFirst(attempt, keepCalled);
};

const readBack = async ({ action, call, claim }: Attempt, output: Json): Promise<AttemptResult> => {
  await action.verify(output, call);
  const isAsPlanned = call.precondition === claim.precondition && !claim.step.standsOn;
  const { expect, targets } = claim.planned;
  return {
    kind: 'SUCCEEDED',
    output,
    ...(isAsPlanned ? {} : { madeOn: call.precondition }),
    ...(expect ? { verdict: evaluateOutput(expect, output, targets) } : {}),
  };
};

/**
 * How a failed attempt ended. Our mark is looked for once more where no attempt comes that could: after the last, and
 * where this one says that nothing was done. What an earlier one asked for may have come about since it was looked for,
 * and what this one met may be just that.
 */
const lookedForOnceMore = async (
  deps: PerformDependencies,
  attempt: Attempt,
  failed: ExecutorFailure,
): Promise<AttemptResult> => {
  const { action, claim, lease, wasInDoubt } = attempt;
  const { step, undone } = claim;
  const result = resultOf(deps, attempt, failed);
  const isLast = result.kind === 'RETRIABLE' && result.isEffectUnknown && step.attempt >= step.maxAttempts;
  const isSaidUndone = wasInDoubt && (result.kind === 'DRIFTED' || result.kind === 'FAILED');
  if (undone !== null || lease.signal.aborted || !(isLast || isSaidUndone)) return result;
  // The place was given back with the call; the guards find another.
  const { place: _, ...call } = attempt.call;
  try {
    const found = await action.reconcile(call);
    if (isSaidUndone && found?.kind === 'UNKNOWN') return { kind: 'UNKNOWN', failure: unknownEarlier };
    if (found?.kind !== 'FOUND') return result;
    lease.assertHeld();
    return await readBack({ ...attempt, call }, found.output);
  } catch {
    // Why the effect is in doubt is said already; where it was in none any more, it is again.
    attempt.isInDoubt ||= isSaidUndone;
    return resultOf(deps, attempt, failed);
  }
};

/** Takes back what a step did. A second call finds it undone, so that an attempt in doubt is simply made again. */
const undo = async (attempt: Attempt, output: Json): Promise<AttemptResult> => {
  const { action, call, lease } = attempt;
  lease.assertHeld();
  attempt.hasCalled = true;
  const undone = await action.compensate(output, call);
  attempt.hasAnswer = true;
  return { kind: 'SUCCEEDED', output: undone };
};
