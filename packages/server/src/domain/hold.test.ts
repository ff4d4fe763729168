import { describe, expect, it } from 'vitest';
import { at } from '../../testing/domain-samples.ts';
import { heldMs, isSameHold, type Hold } from './hold.ts';

const hold = (untilMs: number | null): Hold => ({
  rule: 'a.freeze',
  reason: 'Not on Fridays.',
  until: untilMs === null ? null : at(untilMs).toISOString(),
});

describe('a hold', () => {
  it.each<[string, Hold, waitedMs: number, expected: number]>([
    ['that ends soon, at its end', hold(7_000), 0, 7_000],
    ['that ends in days, within a minute', hold(86_400_000), 0, 45_000],
    ['that ends just now, at once', hold(0), 0, 1],
    ['without an end, about every second at first', hold(null), 0, 750],
    ['without an end that has lasted long, about every half minute', hold(null), 3_600_000, 22_500],
  ])('%s, is asked about again', (_title, asked, waitedMs, expected) => {
    expect(heldMs(asked, waitedMs, at(0), 0.5)).toBe(expected);
  });

  it('that many share is not asked about by all of them at one moment', () => {
    const asked = [0, 0.25, 0.5, 0.75, 0.999].map((random) => heldMs(hold(86_400_000), 0, at(0), random));
    expect(new Set(asked).size).toBe(5);
    expect(Math.min(...asked)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...asked)).toBeLessThanOrEqual(60_000);
  });

  it('is another where rule, reason or end is', () => {
    expect(isSameHold(hold(1), hold(1))).toBe(true);
    expect(isSameHold(null, null)).toBe(true);
    for (const other of [hold(2), null, { ...hold(1), rule: 'b' }, { ...hold(1), reason: 'b' }])
      expect(isSameHold(hold(1), other)).toBe(false);
  });
});
