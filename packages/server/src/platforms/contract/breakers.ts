import { byTrouble, type CircuitBreakerState } from '../../domain/circuit-breaker.ts';
import { systemClock } from '../../infra/clock.ts';
import { createBreaker, type Breaker, type BreakerLimits, type Verdict } from './breaker.ts';
import { ExecutorError, type ExecutorErrorCode } from '../kit/executor-error.ts';

/**
 * The circuit breakers of one platform, two per endpoint: a dead host must not close the way to the others, and
 * reads that go well say nothing of writes that fail.
 */
export interface Breakers {
  /**
   * Lets one call through, and takes what it said of the platform. Throws where it is cut off, unless `isForced`,
   * or where `takeLeave` throws.
   */
  readonly enter: (
    endpoint: string,
    isRead: boolean,
    isForced: boolean,
    takeLeave: () => void,
  ) => (verdict: Verdict) => void;
  /** Forgets what was seen so far: every endpoint is as good as new. */
  readonly reset: () => void;
  /** A breaker that nothing has happened to. */
  readonly untouched: CircuitBreakerState;
  /** The breakers in use, worst first. */
  readonly states: () => readonly CircuitBreakerState[];
  /** Gives how to stop listening. */
  readonly onChange: (listener: () => void) => () => void;
}

/** Endpoints remembered per platform; beyond it, those without trouble are forgotten first. */
const maxEndpoints = 256;

const platformFailures: ReadonlySet<ExecutorErrorCode> = new Set([
  'SERVICE_DOWN',
  'NETWORK_ERROR',
  'EXECUTION_TIMEOUT',
  'RATE_LIMIT_EXCEEDED',
]);

/**
 * What a failed call, or the code that an answer stands for, says of the platform: that it is unwell, or that it is
 * up and its caller asked for the wrong thing. A probe has to prove that it is up, so what says nothing is no success.
 */
export const verdictOf = (given: ExecutorError | ExecutorErrorCode): Verdict => {
  if (typeof given === 'string') return platformFailures.has(given) ? 'UNWELL' : 'WELL';
  if (given.guard !== null || given.isAborted || given.code === 'DEPENDENCY_FAILED') return 'NOTHING';
  return verdictOf(given.code);
};

const stateOf = (breaker: Breaker, limits: BreakerLimits): CircuitBreakerState => {
  const waitMs = breaker.state === 'OPEN' ? breaker.waitMs() : null;
  return {
    state: breaker.state,
    failureCount: breaker.failureCount,
    opensAt: limits.opensAt,
    nextProbeAt: waitMs === null ? null : new Date(systemClock.now().getTime() + waitMs),
  };
};

export const createBreakers = (platform: string, limits: BreakerLimits): Breakers => {
  const byEndpoint = new Map<string, Breaker>();
  const listeners = new Set<() => void>();
  const notify = (): void => listeners.forEach((listener) => listener());

  const breakerOf = (endpoint: string): Breaker => {
    const known = byEndpoint.get(endpoint);
    if (known) return known;
    if (byEndpoint.size >= maxEndpoints) forgetOne(byEndpoint);
    const created = createBreaker(limits, notify);
    byEndpoint.set(endpoint, created);
    return created;
  };

  const enter: Breakers['enter'] = (endpoint, isRead, isForced, takeLeave) => {
    const breaker = breakerOf(`${isRead ? 'reads' : 'writes'} ${endpoint}`);
    const waitMs = breaker.waitMs() ?? 0;
    if (waitMs > 0 && !isForced) {
      throw new ExecutorError('SERVICE_DOWN', `${platform} failed repeatedly and is left alone for now.`, {
        effect: 'NONE',
        guard: 'CIRCUIT_BREAKER',
        retryAfterMs: Math.ceil(waitMs),
      });
    }
    takeLeave();
    // Whoever is forced through an open breaker is no probe.
    return waitMs > 0 ? () => undefined : breaker.begin();
  };

  return {
    enter,
    reset() {
      byEndpoint.clear();
      notify();
    },
    untouched: { state: 'CLOSED', failureCount: 0, opensAt: limits.opensAt, nextProbeAt: null },
    states: () => [...byEndpoint.values()].map((breaker) => stateOf(breaker, limits)).sort(byTrouble),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

const forgetOne = (byEndpoint: Map<string, Breaker>): void => {
  const [oldest] = byEndpoint.keys();
  for (const [endpoint, { state, failureCount }] of byEndpoint) {
    if (state === 'CLOSED' && failureCount === 0) {
      byEndpoint.delete(endpoint);
      return;
    }
  }
  if (oldest !== undefined) byEndpoint.delete(oldest);
};
