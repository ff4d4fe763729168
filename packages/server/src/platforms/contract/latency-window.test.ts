import { expect, test } from 'vitest';
import { createLatencyWindow } from './latency-window.ts';

test('says what the last five minutes were like', () => {
  let now = 1_000_000;
  const window = createLatencyWindow(() => now);
  expect(window.summary()).toEqual({
    recentCalls: 0,
    averageResponseMs: null,
    p50ResponseMs: null,
    p95ResponseMs: null,
  });
  for (let duration = 1; duration <= 100; duration += 1) window.add(duration);
  expect(window.summary()).toEqual({
    recentCalls: 100,
    averageResponseMs: 51,
    p50ResponseMs: 50,
    p95ResponseMs: 95,
  });
  now += 5 * 60_000;
  expect(window.summary()).toEqual({
    recentCalls: 0,
    averageResponseMs: null,
    p50ResponseMs: null,
    p95ResponseMs: null,
  });
  window.add(7);
  expect(window.summary()).toEqual({
    recentCalls: 1,
    averageResponseMs: 7,
    p50ResponseMs: 7,
    p95ResponseMs: 7,
  });
});

test('forgets all but the last 512 calls', () => {
  const window = createLatencyWindow();
  for (let index = 0; index < 1_000; index += 1) window.add(1_000);
  for (let index = 0; index < 512; index += 1) window.add(10);
  expect(window.summary()).toEqual({
    recentCalls: 512,
    averageResponseMs: 10,
    p50ResponseMs: 10,
    p95ResponseMs: 10,
  });
});
