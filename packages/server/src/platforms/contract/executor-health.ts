import type { HealthStatus } from '@countersign/shared';
import type { CircuitBreakerState } from '../../domain/circuit-breaker.ts';
import { createLatencyWindow, type LatencySummary, type LatencyWindow } from './latency-window.ts';
import type { PlatformGuard, PlatformLimits, RateLimitState } from './platform-guard.ts';

/** How one platform is doing, as the calls of one process saw it, or of all of them together. */
export interface ExecutorHealth extends LatencySummary {
  readonly platform: string;
  readonly status: HealthStatus;
  /** The endpoint in most trouble, where a platform has several. */
  readonly circuitBreaker: CircuitBreakerState;
  readonly rateLimit: RateLimitState;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  /** `repo.commit@1` */
  readonly actionTypes: readonly string[];
}

export interface ExecutorHealthMonitor {
  /** In platform order. */
  readonly report: () => readonly ExecutorHealth[];
  /** Calls back when a platform's status or breaker changed; gives back how to stop listening. */
  readonly onChange: (listener: () => void) => () => void;
}

/** A monitor that listens until it is disposed of. */
export interface OwnHealthMonitor extends ExecutorHealthMonitor, Disposable {}

export interface PlatformRecord {
  readonly guard: PlatformGuard;
  readonly limits: PlatformLimits;
  readonly actionTypes: readonly string[];
  readonly latency: LatencyWindow;
  lastSuccessAt: Date | null;
  lastFailureAt: Date | null;
}

export const createPlatformRecord = (
  guard: PlatformGuard,
  limits: PlatformLimits,
  actionTypes: readonly string[],
): PlatformRecord => ({
  guard,
  limits,
  actionTypes,
  latency: createLatencyWindow(),
  lastSuccessAt: null,
  lastFailureAt: null,
});

export const createExecutorHealth = (platforms: ReadonlyMap<string, PlatformRecord>): OwnHealthMonitor => {
  const listeners = new Set<() => void>();
  const wordOf = (guard: PlatformGuard): string => {
    const { status, circuitBreaker } = statusOf(guard);
    return `${status} ${circuitBreaker.state}`;
  };
  const leaving = [...platforms.values()].map(({ guard }) => {
    let previous = wordOf(guard);
    return guard.breakers.onChange(() => {
      const next = wordOf(guard);
      if (next === previous) return;
      previous = next;
      listeners.forEach((listener) => {
        listener();
      });
    });
  });

  const reportOf = (platform: string, record: PlatformRecord): ExecutorHealth => ({
    platform,
    ...statusOf(record.guard),
    rateLimit: record.guard.rateLimit(),
    lastSuccessAt: record.lastSuccessAt,
    lastFailureAt: record.lastFailureAt,
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
    [Symbol.dispose]() {
      for (const leave of leaving) leave();
    },
  };
};

/**
 * DOWN: every endpoint that was called is cut off. DEGRADED: some are, or one is being probed, or is
 * half-way to being cut off.
 */
const statusOf = (
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
