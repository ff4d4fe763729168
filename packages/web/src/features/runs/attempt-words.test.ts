import { expect, test } from 'vitest';
import { attemptWords } from './attempt-words.ts';

test.each([
  ['nothing of the first', { attempt: 1, maxAttempts: 3, attemptsBefore: 0 }, null],
  ['which of how many', { attempt: 2, maxAttempts: 3, attemptsBefore: 0 }, 'attempt 2 of 3'],
  ['those of a retry', { attempt: 5, maxAttempts: 6, attemptsBefore: 3 }, 'attempt 2 of 3, anew after 3'],
  ['the one beyond them', { attempt: 2, maxAttempts: 1, attemptsBefore: 0 }, 'a look after its last attempt'],
  [
    'the one beyond those of a retry',
    { attempt: 4, maxAttempts: 3, attemptsBefore: 2 },
    'a look after its last attempt, anew after 2',
  ],
])('tells of %s', (_title, step, words) => {
  expect(attemptWords(step)).toBe(words);
});
