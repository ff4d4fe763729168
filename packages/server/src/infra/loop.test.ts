import { expect, test } from 'vitest';
import { waitUntilDue } from './loop.ts';

test.each([
  ['nothing is due', null, 500],
  ['something is due soon', 20.5, 20.5],
  ['something is due much later', 9_000, 500],
  ['something became due meanwhile', -3, 1],
  ['something was left that was due long before', -60, 500],
])('where %s', (_title, dueMs, wait) => {
  expect(waitUntilDue(dueMs, 500)).toBe(wait);
});
