import { stopRules } from '../../domain/decision.ts';
import { refusal, type Failure, type Refusal } from '../../domain/errors.ts';
import { toCarriable, type Json } from '../../domain/json.ts';
import { shownOf, type PlanDocumentStep, type ShownStep } from '../../domain/plan.ts';
import { breakerRule } from '../../domain/fallback.ts';
import { isWhollyShown } from '../../domain/diff.ts';
import { isInDoubt, isSafeToRepeat, opening, type EarlierEffect } from '../../domain/recovery.ts';
import { postponementMs, retryDelayMs } from '../../domain/retry.ts';
import type { AttemptResult, Effect, Footing, Step } from '../../domain/run.ts';
import type { Logger } from '../../infra/logger.ts';
import type {
  ApplyCall,
  ExecutorFailure,
  ExecutorLogger,
  Place,
  PreparedAction,
  PrepareAction,
  StoppableWork,
} from '../../platforms/index.ts';
import type { Claim } from './claim.ts';
import { effectFault, reachFault } from './within-plan.ts';
import { evaluateOutput } from './evaluate-output.ts';
import type { Lease } from '../../record/leases/leases.ts';

export interface PerformDependencies {
  readonly prepare: PrepareAction;
  /** Whether people were shown exactly this of a step. */
  readonly isShownAsPlanned: (shown: ShownStep, planned: PlanDocumentStep) => boolean;
  /** Keeps what the step runs on before it is called; false where the step is not this attempt's any more. */
  readonly keepFooting: (step: Pick<Step, 'id' | 'fence'>, footing: Footing) => Promise<boolean>;
  /** What an executor's exception says in the catalogue's words. */
  readonly describeError: (thrown: unknown) => ExecutorFailure;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/**
 * One attempt under way. `isInDoubt`: the platform may hold an effect of ours that nobody has confirmed.
 * `hasCalled`: this attempt asked for the effect itself; before that, no failure of its can mean one.
 * `hasAnswer`: the platform answered that call.
 */
interface Attempt {
  readonly claim: Claim;
  readonly lease: Lease;
  readonly action: PreparedAction;
  /** As people were shown it: the same, unless earlier steps put out some of its params. */
  readonly foreseen: PreparedAction;
  call: ApplyCall;
  isInDoubt: boolean;
  hasCalled: boolean;
  hasAnswer: boolean;
}

const unknownEarlier: Failure = {
  code: 'OUTCOME_UNKNOWN',
  message: 'An earlier attempt may have reached the platform, which cannot tell us.',
};

const unknownInstead: Failure = {
  code: 'OUTCOME_UNKNOWN',
  message:
    'What a restore lost may have done this, or its fallback in its place. Look at both before you say so.',
};

/** Runs one attempt of a claimed step at its platform and says how it ended. Never throws. */
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
    const result = resultOf(deps, attempt, failed);
    return (await foundAfterAll(attempt, result)) ?? result;
  }
};

/** What a platform answers is not ours to choose, and must not keep its outcome from being stored. */

const begin = (
  { logger }: PerformDependencies,
  claim: Claim,
  { idempotencyKey }: Effect,
  lease: Lease,
  place: Place | null,
  action: PreparedAction,
  foreseen: PreparedAction,
): Attempt => {
  const { task, step, undone, precondition } = claim;
  const earlier = earlierOf(claim);
  const mayHaveActed = earlier !== null && isInDoubt(earlier) && action.traits.category !== 'READ';
  return {
    claim,
    lease,
    action,
    foreseen,
    isInDoubt: mayHaveActed,
    hasCalled: false,
    hasAnswer: false,
    call: {
      signal: lease.signal,
      tenantId: task.tenantId,
      priority: task.priority,
      taskId: task.id,
      stepId: step.id,
      // A halt gives the step its attempt back, and not what the platform may have done in it.
      attempt: mayHaveActed ? Math.max(2, step.attempt) : step.attempt,
      idempotencyKey,
      precondition,
      ...(undone?.since === undefined ? {} : { since: undone.since }),
      ...(place ? { place } : {}),
      work: workOf(claim),
      logger: speakingOf({ taskId: task.id, stepId: step.id }, logger),
    },
  };
};

const workOf = ({ task, run, step }: Claim): StoppableWork => ({
  environment: task.environment,
  agentId: task.submittedById,
  risk: task.risk,
  isUnderStop: step.kind === 'UNDO' && run.rollback?.isUnderStop === true,
});

/**
 * What it runs on is kept before anything is called: where nothing is kept, no attempt has called. Of one that a restore
 * lost nothing could be kept.
 */
const earlierOf = ({ planned, step, undone, earlier }: Claim): EarlierEffect | null =>
  planned.after && !undone && !step.standsOn && !earlier?.isOfLostPast ? null : earlier;

/** Most steps say nothing, and a child of the logger would be made for each of them. */
const speakingOf = (subject: object, logger: Logger): ExecutorLogger => ({
  debug: (fields, message) => logger.debug({ ...fields, ...subject }, message),
  info: (fields, message) => logger.info({ ...fields, ...subject }, message),
  warn: (fields, message) => logger.warn({ ...fields, ...subject }, message),
  error: (fields, message) => logger.error({ ...fields, ...subject }, message),
});

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
  if (output === undefined) {
    await assertWithinPlan(attempt);
    await standOnEarlierSteps(deps, attempt);
    attempt.hasCalled = true;
    output = await applyAsShown(deps, attempt);
    attempt.hasAnswer = true;
    // A read-back may take its time, and needs no place.
    call.place?.[Symbol.dispose]();
  }
  attempt.isInDoubt = action.traits.category !== 'READ';
  return readBack(attempt, output);
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
 * No attempt comes after the last that could look, so what it leaves in doubt would be a person's to find out. The
 * platform is asked for our mark once more; null where there was no doubt, or it stays.
 */
const foundAfterAll = async (attempt: Attempt, result: AttemptResult): Promise<AttemptResult | null> => {
  const { action, claim, lease } = attempt;
  const { step, undone } = claim;
  const isDoubtful = result.kind === 'RETRIABLE' && result.isEffectUnknown && undone === null;
  if (!isDoubtful || step.attempt < step.maxAttempts || lease.signal.aborted) return null;
  // The place was given back with the call; the guards find another.
  const { place: _, ...call } = attempt.call;
  try {
    const found = await action.reconcile(call);
    if (found?.kind !== 'FOUND') return null;
    lease.assertHeld();
    return await readBack({ ...attempt, call }, found.output);
  } catch {
    // Why the effect is in doubt is said already.
    return null;
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

/** Nothing is called with values of earlier steps before it is known that the effect is the one that people approved. */
const assertWithinPlan = async ({ action, foreseen, call, claim, lease }: Attempt): Promise<void> => {
  if (action === foreseen) return;
  const { planned, document, task } = claim;
  const elsewhere = reachFault(foreseen, action);
  if (elsewhere) throw new NotCalled(unapproved(elsewhere));
  const now = await action.plan({ ...call, principalId: task.submittedById });
  lease.assertHeld();
  if (!now.ok) throw new NotCalled(now.refusal);
  const other = effectFault(planned, document, now.value);
  if (other) throw new NotCalled(unapproved(other));
};

/**
 * Where earlier steps of the run changed the same thing, it was planned on what they were to leave. It runs on what they
 * left, if with that it is to the byte what people were shown; what others have changed meanwhile is found by that.
 */
const standOnEarlierSteps = async (
  { isShownAsPlanned, keepFooting }: PerformDependencies,
  attempt: Attempt,
): Promise<void> => {
  const { foreseen, call, claim, lease } = attempt;
  const { planned, task, step } = claim;
  if (!planned.after) return;
  const outcome = await foreseen.plan({ ...call, principalId: task.submittedById });
  lease.assertHeld();
  if (!outcome.ok && outcome.refusal.retriable) throw new NotCalled(outcome.refusal);
  const now = outcome.ok ? toCarriable(outcome.value) : null;
  const isForeseen =
    now !== null &&
    isShownAsPlanned(shownOf(foreseen.traits, { ...now, precondition: planned.precondition }), planned) &&
    foreseen.isAsForeseen?.(planned.precondition, now.precondition);
  if (!isForeseen) throw new NotCalled(notAsForeseen(planned.after, outcome.ok ? null : outcome.refusal));
  const { precondition } = now;
  if (!(await keepFooting(step, { precondition }))) throw new NotCalled(notOurs);
  lease.assertHeld();
  attempt.call = { ...call, precondition };
};

const notAsForeseen = (after: readonly string[], refused: Refusal | null): Refusal => {
  const why = refused ? ` ${refused.message}` : '';
  return refusal(
    'PRECONDITION_FAILED',
    `What it changes is not as ${after.join(', ')} was to leave it: others have changed it, or it came out otherwise.${why}`,
  );
};

const notOurs = refusal('CONFLICT', "The step is not this attempt's any more.");

const unapproved = (fault: string): Refusal =>
  refusal('POLICY_DENIED', `With what earlier steps put out ${fault}, which nobody approved.`);

/** A target that moves under every look is not chased: the task is planned again. */
const mostMoves = 50;

/**
 * Makes the effect. Where the target has moved since the plan, what would be done there now is asked once more,
 * without side effects: is it to the byte what people were shown, the same effect is made on the target as it is.
 */
const applyAsShown = async (deps: PerformDependencies, attempt: Attempt): Promise<Json> => {
  for (let moves = 0; ; moves += 1) {
    try {
      return await attempt.action.apply({ ...attempt.call, timeMs: attempt.claim.planned.timeMs });
    } catch (thrown) {
      const moved = moves < mostMoves && (await callOnMoved(deps, attempt, thrown));
      if (!moved) throw thrown;
      attempt.call = moved;
    }
  }
};

/** The same call on the target as it is now; null where people would see something else there. */
const callOnMoved = async (
  { describeError, isShownAsPlanned }: PerformDependencies,
  { foreseen: action, call, claim: { planned, task }, lease, isInDoubt }: Attempt,
  thrown: unknown,
): Promise<ApplyCall | null> => {
  const { failure, effect } = describeError(thrown);
  const hasOnlyMoved = failure.code === 'PRECONDITION_FAILED' && effect === 'NONE' && !isInDoubt;
  if (!hasOnlyMoved || !action.showsWholeEffect) return null;
  const foreseen = await action.plan({ ...call, principalId: task.submittedById });
  lease.assertHeld();
  if (!foreseen.ok && foreseen.refusal.retriable) throw new NotCalled(foreseen.refusal);
  if (!foreseen.ok) return null;
  const now = toCarriable(foreseen.value);
  const shown = shownOf(action.traits, { ...now, precondition: planned.precondition });
  if (!isWhollyShown(now) || !isShownAsPlanned(shown, planned)) return null;
  // The place was given back with the first call; the guards find another.
  const { place: _, ...rest } = call;
  return { ...rest, precondition: now.precondition };
};

/**
 * The action was not called. That nobody can look at the target now says nothing about it: it costs an attempt, and no
 * plan that people approved.
 */
class NotCalled extends Error {
  override readonly name = 'NotCalled';
  readonly result: ExecutorFailure;
  constructor({ code, message, retriable, retryAfterMs }: Refusal) {
    super(message);
    const failure = { code, message, retriable, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
    this.result = { failure, effect: 'NONE', isRetriable: retriable, guard: null };
  }
}

const resultOf = (
  { random }: PerformDependencies,
  { claim, lease, action, isInDoubt, hasCalled, hasAnswer }: Attempt,
  { failure, effect, isRetriable, guard }: ExecutorFailure,
): AttemptResult => {
  const { category, idempotency } = action.traits;
  const { retry } = claim.document;
  const isRepeatable = claim.undone !== null || isSafeToRepeat(category, idempotency);
  const isEffectUnknown = isInDoubt || (hasCalled && effect === 'UNKNOWN' && category !== 'READ');
  if (lease.halt !== null && !lease.isOverdue && (isRepeatable || !isEffectUnknown)) {
    const hold = { rule: stopRules.HALT, reason: lease.halt, until: null };
    return {
      kind: 'HELD',
      hold,
      failure: { ...failure, retriable: true },
      delayMs: haltedMs,
      isEffectUnknown,
    };
  }
  // Our own limits and our own stop ask nothing of the platform, so they cost the step none of its attempts.
  const isOurs = guard !== null || (effect === 'NONE' && lease.signal.aborted);
  if (isOurs && isRetriable && !hasAnswer && !lease.isOverdue) {
    const delayMs = postponementMs(retry, random(), failure.retryAfterMs);
    const hold = { rule: guard === null ? 'worker.stopping' : guardRules[guard], reason: failure.message };
    return {
      kind: 'HELD',
      hold: guard === 'KILL_SWITCH' || guard === 'OPERATOR' ? { ...hold, until: null } : hold,
      failure,
      delayMs,
      isEffectUnknown: isInDoubt,
    };
  }
  if (failure.code === 'PRECONDITION_FAILED' && !isEffectUnknown) return { kind: 'DRIFTED', failure };
  if (!isRetriable && !isEffectUnknown) return { kind: 'FAILED', failure };
  if (lease.isOverdue) return { kind: isEffectUnknown ? 'UNKNOWN' : 'FAILED', failure: overdue(failure) };
  if (isEffectUnknown && !isRepeatable) return { kind: 'UNKNOWN', failure };
  const delayMs = retryDelayMs(retry, claim.step.attempt, random(), failure.retryAfterMs);
  return { kind: 'RETRIABLE', failure, delayMs, isEffectUnknown };
};

/** A halted step asks again so soon, and from then on like all that is held. */
const haltedMs = 1_000;

const guardRules = {
  KILL_SWITCH: stopRules.PAUSE,
  OPERATOR: 'platform.opened',
  RATE_LIMIT: 'platform.rate_limit',
  RETRY_BUDGET: 'platform.retry_budget',
  CIRCUIT_BREAKER: breakerRule,
  BULKHEAD: 'platform.bulkhead',
} as const;

const overdue = ({ message }: Failure): Failure => ({
  code: 'EXECUTION_TIMEOUT',
  message: `The time of the task was over before this step ended: ${message}`,
});
