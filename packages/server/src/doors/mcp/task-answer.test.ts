import { expect, test } from 'vitest';
import { aTask } from '../../../testing/domain-samples.ts';
import { nextWords } from './task-answer.ts';

test('a task whose approval ended before it could begin was decided on', () => {
  const error = {
    code: 'APPROVAL_EXPIRED',
    message: 'The approval expired before the run could begin.',
  } as const;
  const task = aTask({ status: 'EXPIRED', error });
  expect(nextWords(task, 'https://here/tasks/1')).not.toMatch(/nobody decided/i);
});
