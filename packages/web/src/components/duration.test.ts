// @vitest-environment node
import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatAgo,
  formatClock,
  formatCountdown,
  formatDate,
  formatDuration,
  formatUntil,
} from './duration.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('formatCountdown', () => {
  it.each([
    [237_000, '3:57'],
    [236_001, '3:57'],
    [59_000, '0:59'],
    [9_000, '0:09'],
    [hour + 19 * minute, '1h 19m'],
    [hour + 2 * minute, '1h 02m'],
    [51 * hour, '2d 3h'],
    [0, '0:00'],
    [-5_000, '0:00'],
  ])('%i ms left reads %s', (ms, text) => {
    expect(formatCountdown(ms)).toBe(text);
  });

  it('never shows nothing left while something is', () => {
    expect(formatCountdown(1)).toBe('0:01');
  });
});

describe('formatDuration', () => {
  it.each([
    [840, '840 ms'],
    [2_310, '2.31 s'],
    [40_900, '40.9 s'],
    [3 * minute + 20_000, '3 min 20 s'],
    [2 * hour + 5 * minute, '2 h 5 min'],
    [76 * hour, '3 d 4 h'],
    [2 * hour, '2 h'],
  ])('%i ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatAge', () => {
  it('is coarse, and says so for what just happened', () => {
    expect([1_000, 40_000, 12 * minute, 3 * hour, 130 * hour].map(formatAge)).toEqual([
      'now',
      '40 s',
      '12 min',
      '3 h',
      '5 d',
    ]);
    expect(formatAgo(1_000)).toBe('just now');
    expect(formatAgo(40_000)).toBe('40 s ago');
  });
});

describe('formatUntil', () => {
  const now = Date.parse('2026-11-27T09:30:00Z');
  it('names the day where it is not today, and the date where it is not this week', () => {
    expect(formatUntil(now + hour, now)).toBe(formatClock(now + hour));
    expect(formatUntil(now + 50 * hour, now)).toMatch(/^Sun \d\d:\d\d$/u);
    expect(formatUntil(now + 200 * hour, now)).toBe(formatDate(now + 200 * hour));
  });
});
