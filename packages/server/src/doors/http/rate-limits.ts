import ipaddr from 'ipaddr.js';
import { systemClock } from '../../infra/clock.ts';
import { createRateWindows, type RateLimit } from '../../infra/rate-window.ts';

export interface RateLimitsConfig {
  /** Requests and socket operations of one principal. A request counts once, however many tasks it carries. */
  readonly requests: RateLimit;
  /** Wrong credentials from one address. */
  readonly failures: RateLimit;
}

/** Far above what one agent needs and below what would starve the others. */
export const defaultRateLimits: RateLimitsConfig = {
  requests: { limit: 60_000, windowMs: 60_000 },
  failures: { limit: 30, windowMs: 60_000 },
};

/** One principal's window, as it stands after a request. */
export interface Allowance {
  readonly limit: number;
  readonly windowMs: number;
  readonly remaining: number;
  readonly resetMs: number;
  readonly isExceeded: boolean;
}

/** Counted in this process: several nodes allow as many times the limit. */
export interface RateLimits {
  take(principalId: string): Promise<Allowance>;
  /**
   * Counts wrong credentials from an address. How long it should wait where they were too many, else null.
   * Right ones are never counted or refused: many people may share the address.
   */
  noteFailure(address: string): Promise<number | null>;
}

export const createRateLimits = (config: RateLimitsConfig = defaultRateLimits): RateLimits => {
  const requests = createRateWindows(config.requests);
  const failures = createRateWindows(config.failures);
  return {
    async take(principalId) {
      const { taken, resetMs, isExceeded } = requests.take(principalId);
      const remaining = Math.max(0, config.requests.limit - taken);
      return { ...config.requests, remaining, resetMs, isExceeded };
    },
    async noteFailure(address) {
      const { isExceeded, resetMs } = failures.take(networkOf(address));
      return isExceeded ? resetMs : null;
    },
  };
};

/** Who has one IPv6 address has all of its /64. */
export const networkOf = (address: string): string => {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.');
};

/** The three headers that clients know, and the pair that the standard is going to have. */
export const rateLimitHeaders = ({
  limit,
  windowMs,
  remaining,
  resetMs,
}: Allowance): Record<string, string> => {
  const resetSeconds = Math.ceil(resetMs / 1000);
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.ceil((systemClock.now().getTime() + resetMs) / 1000)),
    'ratelimit-policy': `"requests";q=${limit};w=${windowMs / 1000}`,
    ratelimit: `"requests";r=${remaining};t=${resetSeconds}`,
  };
};
