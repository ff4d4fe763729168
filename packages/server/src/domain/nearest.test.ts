import { describe, expect, it } from 'vitest';
import { eventTypes } from './events.ts';
import { meantPerhaps, nearestNames } from './nearest.ts';

describe('the names that somebody may have meant', () => {
  it.each([
    ['task.suceeded', 'task.succeeded'],
    ['TASK.SUCCEEDED', 'task.succeeded'],
    ['task.succeed', 'task.succeeded'],
    ['approval.requestd', 'approval.requested'],
    ['api_key.revoke', 'api_key.revoked'],
  ])('%s: %s', (word, name) => {
    expect(nearestNames(word, eventTypes)).toContain(name);
  });

  it.each(['', 'x', 'payment.made', '\0'.repeat(20), 'task.succeeded'.repeat(100_000)])(
    'are none for %j',
    (word) => {
      expect(nearestNames(word, eventTypes)).toEqual([]);
      expect(meantPerhaps(word, eventTypes)).toBe('');
    },
  );

  it('are said as the end of a sentence', () => {
    expect(meantPerhaps('task.suceeded', eventTypes)).toBe('; did you mean "task.succeeded"?');
  });
});
