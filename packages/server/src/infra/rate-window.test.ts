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
