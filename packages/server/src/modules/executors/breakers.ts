import type { BreakerState } from '@countersign/shared';
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  type CircuitBreakerPolicy,
} from 'cockatiel';
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
  'TIMEOUT_ERROR',
  'RATE_LIMITED',
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
  error.code !== 'UNKNOWN_ERROR';

interface Breaker {
  readonly policy: CircuitBreakerPolicy;
  readonly count: ConsecutiveBreaker;
  openedAt: number;
}

export interface BreakerLimits {
  readonly opensAt: number;
  readonly probeAfterMs: number;
}

const createBreaker = (limits: BreakerLimits, notify: () => void): Breaker => {
  const count = new ConsecutiveBreaker(limits.opensAt);
  const policy: CircuitBreakerPolicy = circuitBreaker(
    handleWhen(
      (error) => isPlatformFailure(error) || (policy.state === CircuitState.HalfOpen && !isAnswer(error)),
    ),
    { breaker: count, halfOpenAfter: limits.probeAfterMs },
  );
  const breaker: Breaker = { policy, count, openedAt: 0 };
  policy.onStateChange((state) => {
    if (state === CircuitState.Open) breaker.openedAt = Date.now();
    notify();
  });
  return breaker;
};

const stateOf = ({ policy, count, openedAt }: Breaker, limits: BreakerLimits): CircuitBreakerState => {
  const state = stateNames[policy.state];
  return {
    state,
    failureCount: count.state,
    opensAt: limits.opensAt,
    nextProbeAt: state === 'OPEN' ? new Date(openedAt + limits.probeAfterMs) : null,
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
    const waitMs = breaker.openedAt + limits.probeAfterMs - Date.now();
    const isProbing = breaker.policy.state === CircuitState.HalfOpen;
    if (isProbing || (breaker.policy.state === CircuitState.Open && waitMs > 0)) {
      throw new ExecutorError('SERVICE_DOWN', `${platform} failed repeatedly and is left alone for now.`, {
        effect: 'NONE',
        guard: 'CIRCUIT_BREAKER',
        retryAfterMs: isProbing ? 1_000 : waitMs,
      });
    }
    const failuresBefore = breaker.count.state;
    try {
      return await breaker.policy.execute(work);
    } finally {
      if (breaker.count.state !== failuresBefore) notify();
    }
  };

  return {
    run,
    untouched: { state: 'CLOSED', failureCount: 0, opensAt: limits.opensAt, nextProbeAt: null },
    states: () => [...byEndpoint.values()].map((breaker) => stateOf(breaker, limits)).sort(byTrouble),
    onChange: (listener) => void listeners.add(listener),
  };
};

const stateNames: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'CLOSED',
  [CircuitState.HalfOpen]: 'HALF_OPEN',
  [CircuitState.Open]: 'OPEN',
  [CircuitState.Isolated]: 'OPEN',
};
const severity: Record<BreakerState, number> = { OPEN: 2, HALF_OPEN: 1, CLOSED: 0 };

const byTrouble = (one: CircuitBreakerState, other: CircuitBreakerState): number =>
  severity[other.state] - severity[one.state] || other.failureCount - one.failureCount;

const forgetOne = (byEndpoint: Map<string, Breaker>): void => {
  const [oldest] = byEndpoint.keys();
  for (const [endpoint, { policy, count }] of byEndpoint) {
    if (policy.state === CircuitState.Closed && count.state === 0) {
      byEndpoint.delete(endpoint);
      return;
    }
  }
  if (oldest !== undefined) byEndpoint.delete(oldest);
};
