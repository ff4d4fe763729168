import { stopRules } from '../../domain/decision.ts';
import type { Failure } from '../../domain/errors.ts';
import { breakerRule } from '../../domain/fallback.ts';
import { isSafeToRepeat } from '../../domain/recovery.ts';
import { postponementMs, retryDelayMs } from '../../domain/retry.ts';
import type { AttemptResult } from '../../domain/run.ts';
import type { ExecutorFailure } from '../../platforms/index.ts';
import type { Attempt, PerformDependencies } from './attempt.ts';

/** How an attempt ended that did not succeed: what is known of its effect, and whether another is made. */
export const resultOf = (
  { random }: PerformDependencies,
  { claim, lease, action, isInDoubt, hasCalled, hasAnswer }: Attempt,
  { failure, effect, isRetriable, guard }: ExecutorFailure,
): AttemptResult => {
  const { category, idempotency } = action.traits;
  const { retry } = claim.document;
  const startBy = claim.startBy ? { startBy: claim.startBy.toISOString() } : {};
  const isRepeatable = claim.undone !== null || isSafeToRepeat(category, idempotency);
  const isEffectUnknown = isInDoubt || (hasCalled && effect === 'UNKNOWN' && category !== 'READ');
  if (lease.halt !== null && !lease.isOverdue && (isRepeatable || !isEffectUnknown)) {
    const hold = { rule: stopRules.HALT, reason: lease.halt, until: null };
    return {
      kind: 'HELD',
      hold,
      failure: { ...failure, retriable: true },
      delayMs: haltedMs,
      ...startBy,
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
      ...startBy,
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
