// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { decimalStep, durationStep, ticksUpTo } from './time-chart-steps.ts';

describe('ticksUpTo', () => {
  it.each([
    [32, [0, 10, 20, 30, 40]],
    [40, [0, 10, 20, 30, 40]],
    [41, [0, 20, 40, 60, 80]],
    [0.2, [0, 0.05, 0.1, 0.15, 0.2]],
    [9, [0, 2.5, 5, 7.5, 10]],
    [0, [0, 0.25, 0.5, 0.75, 1]],
  ])('stands above %s in round steps', (most, ticks) => {
    ticksUpTo(most, decimalStep).forEach((tick, index) => expect(tick).toBeCloseTo(ticks[index] ?? -1));
  });

  it.each([
    [3, [0, 1, 2, 3, 4]],
    [935, [0, 250, 500, 750, 1_000]],
    [5_890, [0, 2_000, 4_000, 6_000, 8_000]],
    [61_000, [0, 30_000, 60_000, 90_000, 120_000]],
  ])('reads %s ms as a duration', (most, ticks) => {
    expect(ticksUpTo(most, durationStep)).toEqual(ticks);
  });

  it('holds days', () => {
    expect(ticksUpTo(5 * 86_400_000, durationStep).at(-1)).toBe(8 * 86_400_000);
  });
});
