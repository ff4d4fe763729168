import type { Right } from '../../domain/principal.ts';
import { systemClock } from '../../infra/clock.ts';
import {
  createRateWindows,
  type RateLimit,
  type RateNews,
  type RateState,
  type RateWindows,
  type SharedCount,
} from '../../infra/rate-window.ts';

/** What requests and socket operations are counted by; each has a limit of its own. */
export const countedBy = ['address', 'caller', 'tenant'] as const;
export type CountedBy = (typeof countedBy)[number];

export interface RateLimitsConfig extends Readonly<Record<CountedBy, RateLimit>> {
  /** Instead of `tenant`, for tenants that are named by their ids. */
  readonly tenants: Readonly<Record<string, RateLimit>>;
  /** What one principal asks for with a right, whatever the door; no limit where left out. */
  readonly operations: Readonly<Partial<Record<Right, RateLimit>>>;
  /** Wrong credentials from one address. */
  readonly failures: RateLimit;
}

/** Far above what one agent needs and below what would starve the others. */
export const defaultRateLimits: RateLimitsConfig = {
  caller: { limit: 60_000, windowMs: 60_000 },
  tenant: { limit: 240_000, windowMs: 60_000 },
  address: { limit: 240_000, windowMs: 60_000 },
  tenants: {},
  operations: {},
  failures: { limit: 30, windowMs: 60_000 },
};

/** One window as it stands after a request. */
export interface Allowance extends RateLimit {
  readonly name: CountedBy;
  readonly remaining: number;
  readonly resetMs: number;
}

export interface Admitted {
  readonly allowances: readonly Allowance[];
  /** How long to wait, where one of them is used up; then nothing was counted. */
  readonly waitMs: number | null;
}

export interface LimitedCaller {
  readonly id: string;
  readonly tenantId: string;
}

export interface RateLimits {
  /** From now on these are the limits; what was counted of those that stay, stays. */
  change(config: RateLimitsConfig): void;
  /** Counts one more from an address, before anything else of the request is looked at. */
  enter(network: string): Admitted;
  /** Counts a request that entered for whom it turned out to be from. */
  admit(caller: LimitedCaller, network: string): Admitted;
  /** Counts what is asked for besides, or on a socket, by what it costs. */
  take(caller: LimitedCaller, network: string, cost: number): Admitted;
  /** Counts one operation of a right; how long to wait first, or null to go on. */
  operate(caller: LimitedCaller, right: Right): number | null;
  /**
   * Counts wrong credentials from an address. How long it should wait where they were too many, else null.
   * Right ones are never counted or refused: many people may share the address.
   */
  noteFailure(network: string): number | null;
  /** What other processes should know of, by a name that all of them use. */
  news(): (RateNews & { readonly name: string })[];
  adopt(shared: readonly (SharedCount & { readonly name: string; readonly told: number })[]): void;
}

interface Counted {
  readonly name: CountedBy;
  readonly policy: RateLimit;
  readonly windows: RateWindows;
  readonly key: string;
  readonly cost: number;
}

/** The windows of a configuration; those whose policy is as it was before go on counting. */
const openWindows = (config: RateLimitsConfig, before?: OpenWindows) => {
  const shared = new Map<string, { readonly windows: RateWindows; readonly policy: RateLimit }>();
  const windowsOf = (name: string, policy: RateLimit): RateWindows => {
    const known = before?.shared.get(name);
    const isKept = known?.policy.limit === policy.limit && known.policy.windowMs === policy.windowMs;
    const windows = isKept ? known.windows : createRateWindows(policy);
    shared.set(name, { windows, policy });
    return windows;
  };
  const ofEach = (kind: string, policies: Readonly<Record<string, RateLimit>>) =>
    new Map(Object.entries(policies).map(([name, policy]) => [name, windowsOf(`${kind} ${name}`, policy)]));
  return {
    config,
    shared,
    address: windowsOf('address', config.address),
    caller: windowsOf('caller', config.caller),
    tenant: windowsOf('tenant', config.tenant),
    failures: windowsOf('failures', config.failures),
    tenants: ofEach('tenant', config.tenants),
    operations: ofEach('right', config.operations),
  };
};

interface OpenWindows {
  readonly shared: ReadonlyMap<string, { readonly windows: RateWindows; readonly policy: RateLimit }>;
}

export const createRateLimits = (first: RateLimitsConfig = defaultRateLimits): RateLimits => {
  let open = openWindows(first);
  const ofAddress = (network: string, cost: number): Counted => {
    return { name: 'address', policy: open.config.address, windows: open.address, key: network, cost };
  };
  const ofCaller = ({ id, tenantId }: LimitedCaller, cost: number): Counted[] => [
    { name: 'caller', policy: open.config.caller, windows: open.caller, key: id, cost },
    {
      name: 'tenant',
      policy: open.config.tenants[tenantId] ?? open.config.tenant,
      windows: open.tenants.get(tenantId) ?? open.tenant,
      key: tenantId,
      cost,
    },
  ];
  return {
    change(config) {
      open = openWindows(config, open);
    },
    enter: (network) => count([ofAddress(network, 1)]),
    admit: (who, network) => count([ofAddress(network, 0), ...ofCaller(who, 1)]),
    take: (who, network, cost) => count([ofAddress(network, cost), ...ofCaller(who, cost)]),
    operate({ id }, right) {
      const windows = open.operations.get(right);
      const { isExceeded, resetMs } = windows?.take(id) ?? { isExceeded: false, resetMs: 0 };
      return isExceeded ? resetMs : null;
    },
    noteFailure(network) {
      const { isExceeded, resetMs } = open.failures.take(network);
      return isExceeded ? resetMs : null;
    },
    news: () =>
      [...open.shared].flatMap(([name, { windows, policy }]) =>
        windows.news(toldFrom(policy.limit), mostNews).map((news) => ({ name, ...news })),
      ),
    adopt(counts) {
      for (const { name, told, ...count } of counts) open.shared.get(name)?.windows.adopt(count, told);
    },
  };
};

/** Who is far from a limit is nobody else's concern. */
const toldFrom = (limit: number): number => Math.max(1, Math.floor(limit / 16));
/** Of each kind at a time; the others are told next time. */
const mostNews = 500;

/** All or nothing: who is refused by one window uses nothing of the others, which other callers share. */
const count = (counted: readonly Counted[]): Admitted => {
  const waits = counted.flatMap(({ windows, key, policy, cost }) => {
    const { taken, resetMs } = windows.peek(key);
    // One that costs more than a whole window is let in when the window is fresh, or it would never be.
    return cost > 0 && taken + Math.min(cost, policy.limit) > policy.limit ? [resetMs] : [];
  });
  const isRefused = waits.length > 0;
  const allowances = counted.map(({ name, policy, windows, key, cost }) => {
    const state = isRefused || cost <= 0 ? windows.peek(key) : windows.take(key, cost);
    return allowanceOf(name, policy, state);
  });
  return { allowances, waitMs: isRefused ? Math.max(...waits) : null };
};

const allowanceOf = (name: CountedBy, policy: RateLimit, { taken, resetMs }: RateState): Allowance => ({
  name,
  ...policy,
  remaining: Math.max(0, policy.limit - taken),
  resetMs,
});

/**
 * The pair that the standard is going to have tells every window; the three that clients know tell the one
 * that has least left.
 */
export const rateLimitHeaders = (allowances: readonly Allowance[]): Record<string, string> => {
  const [least] = allowances.toSorted((a, b) => a.remaining - b.remaining);
  if (!least) return {};
  return {
    'x-ratelimit-limit': String(least.limit),
    'x-ratelimit-remaining': String(least.remaining),
    'x-ratelimit-reset': String(Math.ceil((systemClock.now().getTime() + least.resetMs) / 1000)),
    'ratelimit-policy': allowances
      .map(({ name, limit, windowMs }) => `"${name}";q=${limit};w=${Math.ceil(windowMs / 1000)}`)
      .join(', '),
    ratelimit: allowances
      .map(({ name, remaining, resetMs }) => `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
      .join(', '),
  };
};
