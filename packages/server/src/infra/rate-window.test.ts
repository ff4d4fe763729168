import { afterEach, expect, test, vi } from 'vitest';
import { createRateWindows } from './rate-window.ts';

afterEach(() => void vi.useRealTimers());

test('a window takes its limit, refuses what is beyond, and ends', () => {
  vi.useFakeTimers();
  const windows = createRateWindows({ limit: 2, windowMs: 1_000 });
  expect(windows.take('a')).toEqual({ taken: 1, resetMs: 1_000, isExceeded: false });
  vi.advanceTimersByTime(400);
  expect(windows.take('a')).toEqual({ taken: 2, resetMs: 600, isExceeded: false });
  expect(windows.take('a')).toMatchObject({ taken: 3, isExceeded: true });
  expect(windows.take('b')).toMatchObject({ taken: 1, isExceeded: false });
  expect(windows.peek('a')).toEqual({ taken: 3, resetMs: 600 });
  vi.advanceTimersByTime(600);
  expect(windows.peek('a')).toEqual({ taken: 0, resetMs: 1_000 });
  expect(windows.take('a')).toMatchObject({ taken: 1, isExceeded: false });
});

test.each([-3_600_000, 3_600_000])('a wall clock that jumps by %d ms moves no window', (jumpMs) => {
  vi.useFakeTimers();
  const windows = createRateWindows({ limit: 1, windowMs: 1_000 });
  windows.take('a');
  vi.setSystemTime(Date.now() + jumpMs);
  expect(windows.take('a')).toMatchObject({ isExceeded: true, resetMs: 1_000 });
  vi.advanceTimersByTime(1_000);
  expect(windows.take('a')).toMatchObject({ isExceeded: false });
});

test('keys beyond the capacity are counted as one, and nobody who was there before loses room', () => {
  vi.useFakeTimers();
  const windows = createRateWindows({ limit: 2, windowMs: 1_000 }, 2);
  windows.take('a');
  windows.take('b');
  expect(windows.take('c')).toMatchObject({ taken: 1 });
  expect(windows.take('d')).toMatchObject({ taken: 2, isExceeded: false });
  expect(windows.take('e')).toMatchObject({ taken: 3, isExceeded: true });
  expect(windows.take('a')).toMatchObject({ taken: 2, isExceeded: false });
  vi.advanceTimersByTime(1_000);
  expect(windows.take('e')).toMatchObject({ taken: 1 });
});

test('two processes that tell each other count as one', () => {
  vi.useFakeTimers();
  const policy = { limit: 100, windowMs: 1_000 };
  const [one, other] = [createRateWindows(policy), createRateWindows(policy)];
  const shared = { key: 'a', total: 0, leftMs: 700 };
  const tell = (windows: typeof one): void => {
    for (const { key, fresh } of windows.news(10, 100)) {
      shared.total += fresh;
      // What comes while it is told is not lost.
      windows.take(key);
      windows.adopt(shared, fresh);
    }
  };
  one.take('a', 9);
  expect(one.news(10, 100)).toEqual([]);
  one.take('a', 31);
  other.take('a', 50);
  tell(one);
  tell(other);
  expect(other.peek('a')).toEqual({ taken: 91, resetMs: 700 });
  tell(one);
  expect(one.peek('a').taken).toBe(92);
  expect(one.take('a', 9)).toMatchObject({ isExceeded: true });
});
