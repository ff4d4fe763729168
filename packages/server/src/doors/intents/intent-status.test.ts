import { finalStatuses } from '@countersign/shared';
import { expect, test } from 'vitest';
import { aTask } from '../../../testing/domain-samples.ts';
import { statusOfTask } from './intent-status.ts';

const link = 'https://here/tasks/1';

test.each(finalStatuses.filter((status) => status !== 'SUCCEEDED'))(
  'a task that is %s says why',
  (status) => {
    const message = 'This is why.';
    const told = statusOfTask(aTask({ status, error: { code: 'POLICY_DENIED', message } }), null, link);
    expect(told.error_details).toMatchObject({ error_code: 'POLICY_DENIED', error_message: message });
  },
);

test('a task whose approval ended before it could begin was decided on', () => {
  const error = {
    code: 'APPROVAL_EXPIRED',
    message: 'The approval expired before the run could begin.',
  } as const;
  const { message } = statusOfTask(aTask({ status: 'EXPIRED', error }), null, link);
  expect(message).not.toMatch(/nobody decided/i);
});
