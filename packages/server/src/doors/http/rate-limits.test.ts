import { describe, expect, it } from 'vitest';
import { createRateLimits, rateLimitHeaders } from './rate-limits.ts';

const small = { requests: { limit: 2, windowMs: 60_000 }, failures: { limit: 2, windowMs: 60_000 } };

describe('rate limits', () => {
  it('count each principal for itself', async () => {
    const limits = createRateLimits(small);
    const taken = [
      await limits.take('a'),
      await limits.take('a'),
      await limits.take('a'),
      await limits.take('b'),
    ];
    expect(taken.map(({ remaining, isExceeded }) => [remaining, isExceeded])).toEqual([
      [1, false],
      [0, false],
      [0, true],
      [1, false],
    ]);
    expect(taken[2]?.resetMs).toBeGreaterThan(0);
    expect(taken[2]?.resetMs).toBeLessThanOrEqual(60_000);
  });

  it('tell an address to wait after too many failures, and all of an IPv6 network', async () => {
    const limits = createRateLimits(small);
    for (const address of ['2001:db8::1', '2001:db8::2', '10.0.0.1', '::ffff:10.0.0.1'])
      expect(await limits.noteFailure(address)).toBeNull();
    expect(await limits.noteFailure('2001:db8::ffff')).toBeGreaterThan(0);
    expect(await limits.noteFailure('2001:db8:0:1::1')).toBeNull();
    expect(await limits.noteFailure('10.0.0.1')).toBeGreaterThan(0);
    expect(await limits.noteFailure('10.0.0.2')).toBeNull();
  });

  it('are told in seconds', () => {
    const allowance = { limit: 10, windowMs: 30_000, remaining: 4, resetMs: 1500, isExceeded: false };
    expect(rateLimitHeaders(allowance)).toMatchObject({
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '4',
      'ratelimit-policy': '"requests";q=10;w=30',
      ratelimit: '"requests";r=4;t=2',
    });
  });
});
