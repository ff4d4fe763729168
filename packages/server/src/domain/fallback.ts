import type { ErrorCode } from './error-catalogue.ts';
import { clockOf, isStopped } from './run-state.ts';
import type { AttemptResult, Run, Step } from './run.ts';

/** The hold of what an open circuit breaker keeps back. */
export const breakerRule = 'platform.circuit_breaker';

/** A no of ours: nothing goes around it. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'POLICY_DENIED',
  'HITL_REQUIRED',
  'APPROVAL_EXPIRED',
  'CONFLICT',
  'TASK_CANCELLED',
]);

const hasFallback = ({ name }: Step, steps: readonly Step[]): boolean =>
  steps.some(({ fallbackFor, state }) => fallbackFor === name && state === 'BLOCKED');

/** Whether a step's fallback is there to be called, and nothing keeps it from that. */
export const mayFallBack = (run: Run, steps: readonly Step[], step: Step, now: Date): boolean =>
  hasFallback(step, steps) &&
  !isStopped(run, steps) &&
  run.rollback === null &&
  (run.deadlineAt === null || clockOf(run, now) < run.deadlineAt);

/** Who has a fallback does not wait until a breaker closes, unless an earlier attempt may have acted. */
export const withoutWaiting = (
  run: Run,
  steps: readonly Step[],
  step: Step,
  result: AttemptResult,
  now: Date,
): AttemptResult =>
  result.kind === 'HELD' &&
  result.hold.rule === breakerRule &&
  !result.isEffectUnknown &&
  mayFallBack(run, steps, step, now)
    ? { kind: 'FAILED', failure: result.failure }
    : result;

/** A step that failed for good gives its place to its fallback: only where it surely did nothing, and nobody said no. */
export const replaced = (
  run: Run,
  steps: readonly Step[],
  ended: Step,
  { kind }: AttemptResult,
  now: Date,
): Step => {
  const hasFailed = ended.state === 'FAILED' && (kind === 'FAILED' || kind === 'RETRIABLE');
  if (!hasFailed || !mayFallBack(run, steps, ended, now)) return ended;
  return ended.error && refusals.has(ended.error.code) ? ended : { ...ended, state: 'REPLACED' };
};

/** A fallback runs once the step that it stands in for was replaced; every other step may always run. */
export const isCalledFor = ({ fallbackFor }: Step, steps: readonly Step[]): boolean =>
  fallbackFor === null || steps.some(({ name, state }) => name === fallbackFor && state === 'REPLACED');

/** A fallback whose step was done. */
export const isSpare = ({ fallbackFor }: Step, steps: readonly Step[]): boolean =>
  fallbackFor !== null &&
  steps.some(({ name, state }) => name === fallbackFor && (state === 'SUCCEEDED' || state === 'UNDONE'));
