import { bulkhead, type BulkheadPolicy } from 'cockatiel';
import { systemClock } from '../../infra/clock.ts';
import { createRateWindows, type RateLimit } from '../../infra/rate-window.ts';
import type { BreakerLimits } from './breaker.ts';
import { createBreakers, type Breakers } from './breakers.ts';
import { ExecutorError } from './executor-error.ts';
import { stoppedByCaller } from './time-budget.ts';

/** What one platform is asked at most, and when it is left alone. Times in milliseconds. */
export interface PlatformLimits {
  readonly rate: RateLimit;
  /** Opens after this many platform failures in a row; lets one call through again after `probeAfterMs`. */
  readonly breaker: BreakerLimits;
  readonly bulkhead: { readonly concurrent: number; readonly queued: number };
}

export const defaultPlatformLimits: PlatformLimits = {
  rate: { limit: 6_000, windowMs: 60_000 },
  breaker: { opensAt: 5, probeAfterMs: 30_000 },
  bulkhead: { concurrent: 32, queued: 256 },
};

/**
 * PLAN: planning has places of its own, so that what runs and what is submitted do not wait for each other.
 * CRITICAL: a few more, beside those for all, which no other lane can fill.
 */
export type Places = 'PLAN' | 'CRITICAL' | 'ALL';

/** Of the places for all, as many more for CRITICAL work. */
const reservedShare = 1 / 8;

export interface RateLimitState {
  readonly current: number;
  readonly limit: number;
  readonly resetAt: Date;
}

/** Rate limit, circuit breakers and bulkhead of one platform. */
export interface PlatformGuard {
  readonly breakers: Breakers;
  readonly rateLimit: () => RateLimitState;
  /** Counts a call; throws RATE_LIMIT_EXCEEDED where the window is full, unless `isForced`. */
  readonly takeRate: (isForced: boolean) => Promise<void>;
  /** Waits for one of the places of its kind; throws RATE_LIMIT_EXCEEDED where the line is full. */
  readonly inBulkhead: <Value>(
    places: Places,
    signal: AbortSignal,
    work: () => Promise<Value>,
  ) => Promise<Value>;
}

export const createPlatformGuard = (platform: string, limits: PlatformLimits): PlatformGuard => {
  const { limit, windowMs } = limits.rate;
  const rate = createRateWindows(limits.rate);
  const { concurrent, queued } = limits.bulkhead;
  const planning = bulkhead(concurrent, queued);
  const shared = bulkhead(concurrent, queued);
  const reserved = bulkhead(Math.ceil(concurrent * reservedShare), queued);
  const slotsOf = (places: Places): BulkheadPolicy => {
    if (places === 'PLAN') return planning;
    const isReserved = places === 'CRITICAL' && (reserved.executionSlots > 0 || shared.executionSlots === 0);
    return isReserved ? reserved : shared;
  };
  return {
    breakers: createBreakers(platform, limits.breaker),
    rateLimit: () => {
      const { taken, resetMs } = rate.peek(platform);
      return {
        current: Math.min(taken, limit),
        limit,
        resetAt: new Date(systemClock.now().getTime() + resetMs),
      };
    },
    takeRate: async (isForced) => {
      const { isExceeded, resetMs } = rate.take(platform);
      if (!isExceeded || isForced) return;
      throw new ExecutorError('RATE_LIMIT_EXCEEDED', `${platform} takes ${limit} calls in ${windowMs} ms.`, {
        effect: 'NONE',
        guard: 'RATE_LIMIT',
        retryAfterMs: resetMs,
      });
    },
    inBulkhead: (places, signal, work) => inSlot(platform, slotsOf(places), signal, work),
  };
};

const inSlot = async <Value>(
  platform: string,
  slots: BulkheadPolicy,
  signal: AbortSignal,
  work: () => Promise<Value>,
): Promise<Value> => {
  if (slots.executionSlots > 0) return slots.execute(work);
  if (slots.queueSlots === 0) {
    throw new ExecutorError(
      'RATE_LIMIT_EXCEEDED',
      `${platform} is busy with as many calls as it may get at once.`,
      {
        effect: 'NONE',
        guard: 'BULKHEAD',
        retryAfterMs: 1_000,
      },
    );
  }
  // A caller that gives up leaves the line at once; its place stays until its turn and is then skipped.
  const { promise: left, reject: leave } = Promise.withResolvers<never>();
  let hasStarted = false;
  const onAbort = (): void => {
    if (!hasStarted) leave(stoppedByCaller('NONE'));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const turn = slots.execute(() => {
    hasStarted = true;
    if (signal.aborted) throw stoppedByCaller('NONE');
    return work();
  });
  try {
    return await Promise.race([turn, left]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};
