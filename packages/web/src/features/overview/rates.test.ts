// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { formatRate } from './rates.ts';

describe('formatRate', () => {
  it.each([
    [0, '0'],
    [0.0004, '<0.001'],
    [0.005, '0.005'],
    [0.015, '0.015'],
    [0.55, '0.55'],
    [2.53, '2.5'],
    [32.4, '32'],
    [1_800, '1,800'],
  ])('writes %s as %s', (rate, words) => {
    expect(formatRate(rate)).toBe(words);
  });
});
