import { expect, test } from 'vitest';
import { afterTry, disablesFor, type Answer } from './webhook.ts';

const terms = { attempts: 4, firstRetryMs: 1_000, longestRetryMs: 10_000 };
const no = (more: Partial<Extract<Answer, { kind: 'NOT_TAKEN' }>> = {}): Answer => ({
  kind: 'NOT_TAKEN',
  status: 500,
  error: 'It answered 500.',
  askedMs: 0,
  isGone: false,
  ...more,
});

test.each([
  [1, 0, 500],
  [1, 0.999, 999],
  [2, 0, 2_000],
  [3, 0, 5_000],
])('after try %i with luck %d the next comes in %i ms', (attempts, random, afterMs) => {
  expect(afterTry(terms, attempts, no(), random)).toEqual({ kind: 'AGAIN', afterMs });
});

test('the last try is the last, whatever was asked for', () => {
  expect(afterTry(terms, 4, no({ askedMs: 60_000 }), 0)).toEqual({ kind: 'DEAD' });
  expect(afterTry(terms, 4, { kind: 'TAKEN', status: 200 }, 0)).toEqual({ kind: 'DELIVERED' });
});

test('who asks for time gets it, and no more than six hours', () => {
  expect(afterTry(terms, 1, no({ askedMs: 30_000 }), 0)).toEqual({ kind: 'AGAIN', afterMs: 30_000 });
  expect(afterTry(terms, 1, no({ askedMs: 1e12 }), 0)).toEqual({ kind: 'AGAIN', afterMs: 21_600_000 });
});

test('what has taken nothing for too long, or is gone, is sent nothing any more', () => {
  const now = new Date('2026-11-27T12:00:00Z');
  const since = (ms: number): Date => new Date(now.getTime() - ms);
  const days = { disableAfterMs: 1_000 };
  expect(disablesFor(days, since(999), no(), now)).toBeNull();
  expect(disablesFor(days, since(1_000), no(), now)).toContain('It answered 500.');
  expect(disablesFor(days, since(0), no({ status: 410, isGone: true }), now)).toContain('gone for good');
  expect(disablesFor(days, since(5_000), { kind: 'TAKEN', status: 204 }, now)).toBeNull();
});
