import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRetryBudget, type RetryBudget } from './retry-budget.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const limits = { share: 0.2, perSecond: 10 };
const retries = (budget: RetryBudget, count: number): number =>
  Array.from({ length: count }, () => budget.takeRetry()).filter((waitMs) => waitMs === null).length;

test('a platform that is down gets its floor of retries, however many steps fail', () => {
  const budget = createRetryBudget(limits);
  expect(retries(budget, 10_000)).toBe(100);
  vi.advanceTimersByTime(1_000);
  expect(retries(budget, 10_000)).toBe(10);
  vi.advanceTimersByTime(3_600_000);
  expect(retries(budget, 10_000)).toBe(100);
});

test('while others are called, one in five may be tried again', () => {
  const budget = createRetryBudget(limits);
  retries(budget, 10_000);
  for (let call = 0; call < 200; call += 1) budget.noteCall();
  expect(retries(budget, 10_000)).toBe(40);
});

test('those that are sent away come back one after the other, within half a minute', () => {
  const budget = createRetryBudget(limits);
  retries(budget, 100);
  const waits = Array.from({ length: 1_000 }, () => budget.takeRetry() ?? 0);
  expect(waits.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, place) => (place + 1) * 100));
  expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
  expect(new Set(waits.slice(300)).size).toBeGreaterThan(300);
});
