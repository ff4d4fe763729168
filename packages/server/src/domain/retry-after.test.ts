import { describe, expect, it } from 'vitest';
import { retryAfterOf } from './retry-after.ts';

describe('how long a platform wants us to wait', () => {
  const now = Date.UTC(2026, 0, 1);
  const date = (ms: number): string => new Date(now + ms).toUTCString();
  it.each<[value: string | undefined, waitMs: number | null]>([
    ['3', 3_000],
    [' 3 ', 3_000],
    ['1.5', 1_500],
    ['3, 3', 3_000],
    ['3,3', 3_000],
    ['3, 7, 5', 7_000],
    [date(60_000), 60_000],
    [`${date(60_000)}, ${date(90_000)}`, 90_000],
    [`3, ${date(60_000)}`, 60_000],
    [`${date(60_000)}, 3`, 60_000],
    [date(-60_000), 0],
    // Of several, one that nobody can mean does not count.
    ['3, 999999999', 3_000],
    ['soon, 3', 3_000],
    ['999999999', 999_999_999_000],
    ['soon', null],
    ['', null],
    [undefined, null],
  ])('where it says %j', (value, waitMs) => {
    expect(retryAfterOf(value, now)).toBe(waitMs);
  });
});
