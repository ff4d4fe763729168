import { setTimeout as sleep } from 'node:timers/promises';
import type { Priority } from '@countersign/shared';
import { defaultWaitBoundsMs, type WaitBounds } from '../../domain/queue.ts';
import { systemClock } from '../../infra/clock.ts';
import { createRateWindows, type RateLimit, type RateWindows } from '../../infra/rate-window.ts';
import type { BreakerLimits } from './breaker.ts';
import { createBreakers, type Breakers } from './breakers.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { createRetryBudget, type RetryLimits } from './retry-budget.ts';
import type { HeldPlace } from './held-places.ts';
import { createPlaceLine, type PlaceLine } from './place-line.ts';

/** What one platform is asked at most, and when it is left alone. Times in milliseconds. */
export interface PlatformLimits {
  readonly rate: RateLimit;
  /** Opens after this many platform failures in a row; lets one call through again after `probeAfterMs`. */
  readonly breaker: BreakerLimits;
  readonly bulkhead: { readonly concurrent: number; readonly queued: number };
  /** What may be tried again. */
  readonly retries: RetryLimits;
  /** How long those of each lane wait for a place at most. */
  readonly waitBoundsMs: WaitBounds;
}

export const defaultPlatformLimits: PlatformLimits = {
  rate: { limit: 6_000, windowMs: 60_000 },
  breaker: { opensAt: 5, probeAfterMs: 30_000 },
  bulkhead: { concurrent: 32, queued: 256 },
  retries: { share: 0.2, perSecond: 10 },
  waitBoundsMs: defaultWaitBoundsMs,
};

/** Planning has places of its own, so that what runs and what is submitted do not wait for each other. */
export type PlaceKind = 'PLAN' | Priority;

/** Leave to make one call now: a place at the platform, and room within its rate limit. */
export interface Place extends HeldPlace {
  /** True for the first call that asks: the limit has counted that one already. */
  takeCountedCall(): boolean;
}

/** Of the places for all, as many more for CRITICAL work. */
const reservedShare = 1 / 8;

/** Of the platform's limit, as much more for looks at what waits for people. */
const watchedShare = 1 / 10;

export interface RateLimitState {
  readonly current: number;
  readonly limit: number;
  readonly resetAt: Date;
}

/** Rate limit, circuit breakers and bulkhead of one platform. */
export interface PlatformGuard {
  readonly breakers: Breakers;
  readonly rateLimit: () => RateLimitState;
  /** Counts the call of an effect; throws RATE_LIMIT_EXCEEDED where the window is full. */
  readonly takeRate: () => void;
  /** Counts a call of an attempt at an effect, or to look for one; throws RATE_LIMIT_EXCEEDED where it is one too many that is made again. */
  readonly takeAttempt: (attempt: number) => void;
  /** As `takeRate`, for one who plans: each has as much as the platform's limit, and what runs loses nothing by it. */
  readonly takePlanning: (principalId: string) => void;
  /** As `takeRate`, for looks at what waits for people: a small share of the platform's limit, and nobody else's. */
  readonly takeWatching: () => void;
  /**
   * A place, before anything is promised: at once where there is one and the rate limit has room, otherwise for as
   * long as it takes.
   */
  readonly enter: (lane: Priority, signal: AbortSignal, submitterId?: string) => Place | Promise<Place>;
  /** Waits for one of the places of its kind; throws RATE_LIMIT_EXCEEDED where the line is full. */
  readonly inBulkhead: <Value>(
    places: PlaceKind,
    signal: AbortSignal,
    work: () => Promise<Value>,
  ) => Promise<Value>;
}

export const createPlatformGuard = (platform: string, limits: PlatformLimits): PlatformGuard => {
  const { limit, windowMs } = limits.rate;
  const rate = createRateWindows(limits.rate);
  const { queued } = limits.bulkhead;
  const { planning, running } = createLines(limits);
  const inPlace = async <Value>(
    line: PlaceLine,
    lane: Priority,
    signal: AbortSignal,
    work: () => Promise<Value>,
  ): Promise<Value> => {
    if (!line.hasPlace(lane) && line.waiting(lane) >= queued) throw busy(platform);
    using _place = await line.enter(lane, signal);
    return await work();
  };
  const counted = (held: HeldPlace): Place => {
    rate.take(platform);
    return countedPlace(held, () => {
      rate.giveBack(platform);
    });
  };
  const waitFor = async (
    taken: HeldPlace | null,
    lane: Priority,
    signal: AbortSignal,
    submitterId: string,
  ): Promise<Place> => {
    const held = taken ?? (await running.enter(lane, signal, submitterId));
    try {
      // In the place, so that nobody overtakes.
      for (let state = rate.peek(platform); state.taken >= limit; state = rate.peek(platform))
        await sleep(state.resetMs, undefined, { signal });
      return counted(held);
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
  };
  return {
    breakers: createBreakers(platform, limits.breaker),
    rateLimit: () => rateLimitOf(rate.peek(platform), limit),
    takeRate: () => {
      take(rate, platform, `${platform} takes ${limit} calls in ${windowMs} ms.`);
    },
    takeAttempt: createTakeAttempt(platform, limits.retries),
    ...createLooking(platform, limits.rate),
    enter(lane, signal, submitterId = '') {
      const held = signal.aborted ? null : running.take(lane, submitterId);
      const isNow = held && rate.peek(platform).taken < limit;
      return isNow ? counted(held) : waitFor(held, lane, signal, submitterId);
    },
    inBulkhead: (places, signal, work) =>
      places === 'PLAN' ? inPlace(planning, 'NORMAL', signal, work) : inPlace(running, places, signal, work),
  };
};

const createLines = ({ bulkhead: { concurrent: shared }, waitBoundsMs }: PlatformLimits) => ({
  planning: createPlaceLine({ shared, reserved: 0, waitBoundsMs }),
  running: createPlaceLine({
    shared,
    reserved: Math.ceil(shared * reservedShare),
    waitBoundsMs,
  }),
});

/** The limits of what only looks, each with windows of its own. */
const createLooking = (
  platform: string,
  { limit, windowMs }: RateLimit,
): Pick<PlatformGuard, 'takePlanning' | 'takeWatching'> => {
  const plans = createRateWindows({ limit, windowMs });
  const mostWatched = Math.max(1, Math.floor(limit * watchedShare));
  const watches = createRateWindows({ limit: mostWatched, windowMs });
  return {
    takePlanning: (principalId) => {
      take(plans, principalId, `Nobody may plan more than ${limit} calls to ${platform} in ${windowMs} ms.`);
    },
    takeWatching: () => {
      take(
        watches,
        platform,
        `No more than ${mostWatched} calls to ${platform} in ${windowMs} ms only look.`,
      );
    },
  };
};

const rateLimitOf = ({ taken, resetMs }: ReturnType<RateWindows['peek']>, limit: number): RateLimitState => ({
  current: Math.min(taken, limit),
  limit,
  resetAt: new Date(systemClock.now().getTime() + resetMs),
});

const take = (windows: RateWindows, key: string, message: string): void => {
  const { isExceeded, resetMs } = windows.take(key);
  if (!isExceeded) return;
  throw new ExecutorError('RATE_LIMIT_EXCEEDED', message, {
    effect: 'NONE',
    guard: 'RATE_LIMIT',
    retryAfterMs: resetMs,
  });
};

const countedPlace = (held: HeldPlace, giveBack: () => void): Place => {
  let hasCounted = true;
  const takeCountedCall = (): boolean => {
    const isCounted = hasCounted;
    hasCounted = false;
    return isCounted;
  };
  return {
    takeCountedCall,
    mayWait: held.mayWait,
    [Symbol.dispose]() {
      if (takeCountedCall()) giveBack();
      held[Symbol.dispose]();
    },
  };
};

const createTakeAttempt = (platform: string, limits: RetryLimits): PlatformGuard['takeAttempt'] => {
  const retries = createRetryBudget(limits);
  return (attempt) => {
    if (attempt <= 1) {
      retries.noteCall();
      return;
    }
    const waitMs = retries.takeRetry();
    if (waitMs !== null) throw tooManyRetries(platform, waitMs);
  };
};

const tooManyRetries = (platform: string, retryAfterMs: number): ExecutorError =>
  new ExecutorError(
    'RATE_LIMIT_EXCEEDED',
    `So much fails at ${platform} that what is tried again takes turns.`,
    {
      effect: 'NONE',
      guard: 'RETRY_BUDGET',
      retryAfterMs,
    },
  );

const busy = (platform: string): ExecutorError =>
  new ExecutorError('RATE_LIMIT_EXCEEDED', `${platform} is busy with as many calls as it may get at once.`, {
    effect: 'NONE',
    guard: 'BULKHEAD',
    retryAfterMs: 1_000,
  });
