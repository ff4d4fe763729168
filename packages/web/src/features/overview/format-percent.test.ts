// @vitest-environment node
import { expect, it } from 'vitest';
import { formatPercent } from './format-percent.ts';

it.each([
  [0, '0%'],
  [1 / 50_000, '0.1%'],
  [0.29, '29.0%'],
  [2 / 3, '66.6%'],
  [0.999, '99.9%'],
  [12_122 / 12_123, '99.9%'],
  [1 - Number.EPSILON, '99.9%'],
  [1, '100%'],
])('a rate of %d reads %s', (rate, text) => {
  expect(formatPercent(rate)).toBe(text);
});
