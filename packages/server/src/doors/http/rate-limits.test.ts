import { describe, expect, it } from 'vitest';
import { createRateLimits, defaultRateLimits, rateLimitHeaders } from './rate-limits.ts';

const per = (limit: number) => ({ limit, windowMs: 60_000 });
const small = { ...defaultRateLimits, caller: per(2), tenant: per(3), address: per(5), failures: per(2) };
const [ann, bob] = [
  { id: 'ann', tenantId: 'one' },
  { id: 'bob', tenantId: 'one' },
];
const remaining = ({ allowances }: ReturnType<ReturnType<typeof createRateLimits>['take']>) =>
  Object.fromEntries(allowances.map(({ name, remaining: left }) => [name, left]));

describe('rate limits', () => {
  it('count each principal for itself, and all of a tenant together', () => {
    const limits = createRateLimits(small);
    expect(remaining(limits.admit(ann, 'here'))).toMatchObject({ caller: 1, tenant: 2 });
    expect(limits.admit(ann, 'here').waitMs).toBeNull();
    const third = limits.admit(ann, 'here');
    expect(third.waitMs).toBeGreaterThan(0);
    expect(third.waitMs).toBeLessThanOrEqual(60_000);
    // What was refused used nothing of what she shares with others.
    expect(remaining(limits.admit(bob, 'here'))).toMatchObject({ caller: 1, tenant: 0 });
    expect(limits.admit(bob, 'here').waitMs).toBeGreaterThan(0);
    expect(limits.admit({ id: 'eve', tenantId: 'two' }, 'here').waitMs).toBeNull();
  });

  it('count what an operation costs, for its address too', () => {
    const limits = createRateLimits({ ...small, caller: per(4), tenant: per(100) });
    expect(limits.enter('here').waitMs).toBeNull();
    expect(remaining(limits.take(ann, 'here', 3))).toEqual({ address: 1, caller: 1, tenant: 97 });
    expect(limits.take(ann, 'here', 2).waitMs).toBeGreaterThan(0);
    expect(limits.take(ann, 'here', 1).waitMs).toBeNull();
    // What costs more than a window holds would never be let in otherwise.
    expect(limits.take(bob, 'there', 50).waitMs).toBeNull();
    expect(limits.take(bob, 'there', 1).waitMs).toBeGreaterThan(0);
  });

  it('keep an address to its limit, whoever comes from there', () => {
    const limits = createRateLimits(small);
    const entered = Array.from({ length: 6 }, () => limits.enter('here').waitMs === null);
    expect(entered).toEqual([true, true, true, true, true, false]);
    expect(limits.enter('there').waitMs).toBeNull();
  });

  it('give a tenant its own', () => {
    const limits = createRateLimits({ ...small, tenants: { one: per(1) } });
    expect(remaining(limits.admit(ann, 'here'))).toMatchObject({ tenant: 0 });
    expect(limits.admit(bob, 'here').waitMs).toBeGreaterThan(0);
    expect(remaining(limits.admit({ id: 'eve', tenantId: 'two' }, 'here'))).toMatchObject({ tenant: 2 });
  });

  it('tell an address to wait after too many failures', () => {
    const limits = createRateLimits(small);
    expect([1, 2, 3].map(() => limits.noteFailure('here') === null)).toEqual([true, true, false]);
    expect(limits.noteFailure('there')).toBeNull();
  });

  it('are told in seconds, and the tightest as clients know them', () => {
    const window = { limit: 10, windowMs: 30_000, remaining: 4, resetMs: 1500 };
    const wide = { ...window, name: 'tenant', limit: 90, remaining: 80 } as const;
    expect(rateLimitHeaders([wide, { ...window, name: 'caller' }])).toMatchObject({
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '4',
      'ratelimit-policy': '"tenant";q=90;w=30, "caller";q=10;w=30',
      ratelimit: '"tenant";r=80;t=2, "caller";r=4;t=2',
    });
  });
});
