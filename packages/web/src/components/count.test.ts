import { expect, test } from 'vitest';
import { ariaCount, formatCount } from './count.ts';

test('a count at which the server ends says that there are more', () => {
  expect([0, 2_200, 9_999, 10_000].map(formatCount)).toEqual(['0', '2,200', '9,999', '10,000+']);
  expect([ariaCount(12), ariaCount(12, 1), ariaCount(10_000, 1)]).toEqual([12, 13, -1]);
});
