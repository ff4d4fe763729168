import type { BreakerState } from '@countersign/shared';
import { systemClock } from '../../infra/clock.ts';
import { createBreaker, type Breaker, type BreakerLimits, type Verdict } from './breaker.ts';
import { ExecutorError, type ExecutorErrorCode } from './executor-error.ts';

export interface CircuitBreakerState {
  readonly state: BreakerState;
  /** Platform failures in a row. */
  readonly failureCount: number;
  /** The count at which it opens. */
  readonly opensAt: number;
  /** When a call is let through again; null unless open. */
  readonly nextProbeAt: Date | null;
}

/** The circuit breakers of one platform, one per endpoint: a dead host must not close the way to the others. */
export interface Breakers {
  readonly run: <Value>(endpoint: string, work: () => Promise<Value>) => Promise<Value>;
  /** A breaker that nothing has happened to. */
  readonly untouched: CircuitBreakerState;
  /** The breakers in use, worst first. */
  readonly states: () => readonly CircuitBreakerState[];
  readonly onChange: (listener: () => void) => void;
}

/** Endpoints remembered per platform; beyond it, those without trouble are forgotten first. */
const maxEndpoints = 256;

const platformFailures: ReadonlySet<ExecutorErrorCode> = new Set([
  'SERVICE_DOWN',
  'NETWORK_ERROR',
  'EXECUTION_TIMEOUT',
  'RATE_LIMIT_EXCEEDED',
]);

/** Whether this failure says that the platform is unwell, not that its caller asked for the wrong thing. */
const isPlatformFailure = (error: unknown): boolean =>
  error instanceof ExecutorError &&
  error.guard === null &&
  !error.isAborted &&
  platformFailures.has(error.code);

/** A failure that only a platform that is up can give: enough for a probe to succeed. */
const isAnswer = (error: unknown): boolean =>
  error instanceof ExecutorError &&
  error.guard === null &&
  !error.isAborted &&
  !platformFailures.has(error.code) &&
  error.code !== 'DEPENDENCY_FAILED';

/** What a failed call says; a probe has to prove that the platform is up, so it counts what says nothing as well. */
const verdictOf = (error: unknown): Verdict => {
  if (isPlatformFailure(error)) return 'UNWELL';
  return isAnswer(error) ? 'WELL' : 'NOTHING';
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

  const run = async <Value>(endpoint: string, work: () => Promise<Value>): Promise<Value> => {
    const breaker = breakerOf(endpoint);
    const waitMs = breaker.waitMs() ?? 0;
    if (waitMs > 0) {
      throw new ExecutorError('SERVICE_DOWN', `${platform} failed repeatedly and is left alone for now.`, {
        effect: 'NONE',
        guard: 'CIRCUIT_BREAKER',
        retryAfterMs: Math.ceil(waitMs),
      });
    }
    const end = breaker.begin();
    try {
      const value = await work();
      end('WELL');
      return value;
    } catch (error) {
      end(verdictOf(error));
      throw error;
    }
  };

  return {
    run,
    untouched: { state: 'CLOSED', failureCount: 0, opensAt: limits.opensAt, nextProbeAt: null },
    states: () => [...byEndpoint.values()].map((breaker) => stateOf(breaker, limits)).sort(byTrouble),
    onChange: (listener) => void listeners.add(listener),
  };
};

const severity: Record<BreakerState, number> = { OPEN: 2, HALF_OPEN: 1, CLOSED: 0 };

const byTrouble = (one: CircuitBreakerState, other: CircuitBreakerState): number =>
  severity[other.state] - severity[one.state] || other.failureCount - one.failureCount;

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
