import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from './logger.ts';
import { startLoop, waitUntilDue } from './loop.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  ['nothing is due', null, 500],
  ['something is due soon', 20.5, 20.5],
  ['something is due much later', 9_000, 500],
  ['something became due meanwhile', -3, 1],
  ['something was left that was due long before', -60, 500],
])('where %s', (_title, dueMs, wait) => {
  expect(waitUntilDue(dueMs, 500)).toBe(wait);
});

const counting = (restMs: number) => {
  let rounds = 0;
  const loop = startLoop({
    name: 'counting',
    round() {
      rounds += 1;
      return Promise.resolve(10_000);
    },
    idleMs: 10_000,
    restMs,
    logger: createLogger({ level: 'silent' }),
  });
  return { loop, rounds: () => rounds };
};

test('one that is woken is at it at once, and rests before it is again', async () => {
  const { loop, rounds } = counting(100);
  loop.wake();
  await vi.advanceTimersByTimeAsync(1);
  expect(rounds()).toBe(1);
  for (let times = 0; times < 5; times += 1) {
    loop.wake();
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(rounds()).toBe(1);
  await vi.advanceTimersByTimeAsync(50);
  expect(rounds()).toBe(2);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(rounds()).toBe(2);
  await loop[Symbol.asyncDispose]();
});

test('one that needs no rest takes none', async () => {
  const { loop, rounds } = counting(0);
  for (let times = 0; times < 5; times += 1) {
    loop.wake();
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(rounds()).toBe(5);
  await loop[Symbol.asyncDispose]();
});

test('one that a round wakes before it waits for anything is at one round at a time', async () => {
  const begun: string[] = [];
  const loop = startLoop({
    name: 'waking',
    async round() {
      const isFirst = begun.length === 0;
      begun.push('begins');
      if (isFirst) loop.wake();
      await Promise.resolve();
      begun.push('ends');
      return 10_000;
    },
    idleMs: 10_000,
    logger: createLogger({ level: 'silent' }),
  });
  loop.wake();
  await vi.advanceTimersByTimeAsync(1);
  expect(begun).toEqual(['begins', 'ends', 'begins', 'ends']);
  await loop[Symbol.asyncDispose]();
});
