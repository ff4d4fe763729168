/** How a step is tried again after a retriable failure. Times in milliseconds. */
export interface RetryPolicy {
  readonly maxRetries: number;
  readonly initialDelayMs: number;
  readonly backoffMultiplier: number;
  readonly maxDelayMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maxRetries: 3,
  initialDelayMs: 1_000,
  backoffMultiplier: 2,
  maxDelayMs: 30_000,
};

/** What a platform may ask us to wait at most: a day. A longer wait would look like a task that hangs. */
export const longestPlatformWaitMs = 86_400_000;

/**
 * The wait before the attempt that follows `failedAttempt` (1 for the first), with full jitter: somewhere
 * between nothing and the exponential ceiling, but never earlier than the platform asked for, within a day.
 * Whole milliseconds. `random` is in [0, 1).
 */
export const retryDelayMs = (
  policy: RetryPolicy,
  failedAttempt: number,
  random: number,
  platformAskedMs = 0,
): number => {
  const growth = Math.min(policy.backoffMultiplier ** (failedAttempt - 1), Number.MAX_VALUE);
  const ceiling = Math.min(policy.maxDelayMs, policy.initialDelayMs * growth);
  return Math.max(Math.floor(random * ceiling), platformWaitMs(platformAskedMs));
};

/** Nothing counts how often a step is put off, so it never comes back at once. */
const leastPostponementMs = 250;

/**
 * The wait of a step that was put off before its action was called: as long as our own guard asked for, and
 * otherwise as after a first attempt.
 */
export const postponementMs = (policy: RetryPolicy, random: number, guardAskedMs = 0): number =>
  platformWaitMs(guardAskedMs) || Math.max(leastPostponementMs, retryDelayMs(policy, 1, random));

/**
 * The wait until somebody who gave no answer is asked again, by how long there has been none: the longer, the
 * less often, from about a second to half a minute. Whole milliseconds. `random` is in [0, 1).
 */
export const askAgainMs = (waitedMs: number, random: number): number =>
  Math.floor(Math.min(30_000, Math.max(1_000, waitedMs)) * (0.5 + random / 2));

const platformWaitMs = (askedMs: number): number =>
  askedMs > 0 ? Math.min(Math.ceil(askedMs), longestPlatformWaitMs) : 0;
