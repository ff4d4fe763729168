import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBreaker } from './breaker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const opened = () => {
  const breaker = createBreaker({ opensAt: 2, probeAfterMs: 1_000 }, () => undefined);
  breaker.begin()('UNWELL');
  breaker.begin()('UNWELL');
  return breaker;
};

test.each([-3_600_000, 3_600_000])('a wall clock that jumps by %d ms moves no probe', (jumpMs) => {
  const breaker = opened();
  vi.setSystemTime(Date.now() + jumpMs);
  expect(breaker.waitMs()).toBe(1_000);
  vi.advanceTimersByTime(1_000);
  expect(breaker.waitMs()).toBe(0);
  breaker.begin()('WELL');
  expect(breaker).toMatchObject({ state: 'CLOSED', failureCount: 0 });
});

test('while a probe is out nobody else goes, and one that proves nothing leaves it open', () => {
  const breaker = opened();
  vi.advanceTimersByTime(1_000);
  const end = breaker.begin();
  expect(breaker.state).toBe('HALF_OPEN');
  expect(breaker.waitMs()).toBeGreaterThan(0);
  end('NOTHING');
  expect(breaker.state).toBe('OPEN');
  expect(breaker.waitMs()).toBe(1_000);
});

test('what began before it opened closes nothing', () => {
  const breaker = createBreaker({ opensAt: 1, probeAfterMs: 1_000 }, () => undefined);
  const early = breaker.begin();
  breaker.begin()('UNWELL');
  early('WELL');
  expect(breaker).toMatchObject({ state: 'OPEN', failureCount: 1 });
});
