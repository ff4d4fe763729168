import { expect, it } from 'vitest';
import { snoozeTimes } from './snooze-times.ts';

const minute = 60_000;
const now = new Date(2026, 0, 5, 14, 0).getTime();
const labels = (minutes: number) => snoozeTimes(now, now + minutes * minute).map(({ label }) => label);

it.each([
  [4, []],
  [10, ['5 minutes before it ends']],
  [30, ['15 minutes', '5 minutes before it ends']],
  [120, ['15 minutes', '1 hour', '5 minutes before it ends']],
  [24 * 60, ['15 minutes', '1 hour', '4 hours', 'Tomorrow at 9', '5 minutes before it ends']],
])('what ends in %s minutes is back before it', (minutes, expected) => {
  expect(labels(minutes)).toEqual(expected);
  for (const { until } of snoozeTimes(now, now + minutes * minute)) {
    expect(until.getTime()).toBeGreaterThan(now);
    expect(until.getTime()).toBeLessThan(now + minutes * minute);
  }
});
