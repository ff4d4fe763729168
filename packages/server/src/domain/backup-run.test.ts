import { expect, test } from 'vitest';
import { backupDueInMs } from './backup-run.ts';

const day = 86_400_000;
const minute = 60_000;

test.each([
  ['none ever was', day, { anyMs: null, goodMs: null }, -Infinity],
  ['the last one went well', day, { anyMs: 60 * minute, goodMs: 60 * minute }, day - 60 * minute],
  ['it went well as long ago', day, { anyMs: day, goodMs: day }, 0],
  ['the last one failed a minute ago', day, { anyMs: minute, goodMs: 2 * day }, 4 * minute],
  ['the last one failed a while ago', day, { anyMs: 5 * minute, goodMs: 2 * day }, 0],
  ['the only one failed', day, { anyMs: minute, goodMs: null }, 4 * minute],
  ['one more failed after a good one', day, { anyMs: 60 * minute, goodMs: 120 * minute }, day - 120 * minute],
  ['it failed, and one is due oftener', 2_000, { anyMs: 500, goodMs: null }, 1_500],
])('where %s, the next is due in its time', (_, everyMs, since, dueMs) => {
  expect(backupDueInMs(everyMs, since)).toBe(dueMs);
});
