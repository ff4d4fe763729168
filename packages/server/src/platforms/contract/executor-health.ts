import type { HealthStatus } from '@countersign/shared';
import { systemClock } from '../../infra/clock.ts';
import type { CircuitBreakerState } from './breakers.ts';
import { createLatencyWindow, type LatencyWindow } from './latency-window.ts';
import type { PlatformGuard, RateLimitState } from './platform-guard.ts';

/** How one platform is doing, as the calls of this process saw it. */
export interface ExecutorHealth {
  readonly platform: string;
  readonly status: HealthStatus;
  /** The endpoint in most trouble, where a platform has several. */
  readonly circuitBreaker: CircuitBreakerState;
  readonly rateLimit: RateLimitState;
  readonly lastSuccessAt: Date | null;
  readonly averageResponseMs: number | null;
  readonly p95ResponseMs: number | null;
  /** `repo.commit@1` */
  readonly actionTypes: readonly string[];
}

export interface ExecutorHealthChange {
  readonly platform: string;
  readonly previousStatus: HealthStatus;
  readonly currentStatus: HealthStatus;
  readonly circuitBreaker: CircuitBreakerState;
  readonly at: Date;
}

export interface ExecutorHealthMonitor {
  /** In platform order. */
  readonly report: () => readonly ExecutorHealth[];
  /** Gives back how to stop listening. */
  readonly onChange: (listener: (change: ExecutorHealthChange) => void) => () => void;
}

export interface PlatformRecord {
  readonly guard: PlatformGuard;
  readonly actionTypes: readonly string[];
  readonly latency: LatencyWindow;
  lastSuccessAt: Date | null;
}

export const createPlatformRecord = (
  guard: PlatformGuard,
  actionTypes: readonly string[],
): PlatformRecord => ({ guard, actionTypes, latency: createLatencyWindow(), lastSuccessAt: null });

export const createExecutorHealth = (
  platforms: ReadonlyMap<string, PlatformRecord>,
): ExecutorHealthMonitor => {
  const listeners = new Set<(change: ExecutorHealthChange) => void>();

  for (const [platform, { guard }] of platforms) {
    let previousStatus: HealthStatus = 'HEALTHY';
    guard.breakers.onChange(() => {
      const { status: currentStatus, circuitBreaker } = judge(guard);
      if (currentStatus === previousStatus) return;
      const change = { platform, previousStatus, currentStatus, circuitBreaker, at: systemClock.now() };
      previousStatus = currentStatus;
      listeners.forEach((listener) => listener(change));
    });
  }

  const reportOf = (platform: string, record: PlatformRecord): ExecutorHealth => ({
    platform,
    ...judge(record.guard),
    rateLimit: record.guard.rateLimit(),
    lastSuccessAt: record.lastSuccessAt,
    ...record.latency.summary(),
    actionTypes: record.actionTypes,
  });

  return {
    report: () =>
      [...platforms]
        .sort(([one], [other]) => one.localeCompare(other))
        .map(([platform, record]) => reportOf(platform, record)),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/**
 * DOWN: every endpoint that was called is cut off. DEGRADED: some are, or one is being probed, or is
 * half-way to being cut off.
 */
const judge = (
  guard: PlatformGuard,
): { readonly status: HealthStatus; readonly circuitBreaker: CircuitBreakerState } => {
  const states = guard.breakers.states();
  const [worst = guard.breakers.untouched] = states;
  if (states.length > 0 && states.every(({ state }) => state === 'OPEN')) {
    return { status: 'DOWN', circuitBreaker: worst };
  }
  const isShaky = worst.state !== 'CLOSED' || worst.failureCount * 2 >= worst.opensAt;
  return { status: isShaky ? 'DEGRADED' : 'HEALTHY', circuitBreaker: worst };
};
