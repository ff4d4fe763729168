import { expect, test } from 'vitest';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld } from '../../testing/world.ts';

test('a task that did not succeed says why, however it ended', async () => {
  await using world = await createWorld({ background: 'KEEPERS', asking: { expiresInMs: 1_000 } });
  const left = await world.agent.submits(aRiskyTask());
  const expired = await world.reaches(left, 'EXPIRED');
  expect(expired.error).toEqual({
    code: 'APPROVAL_EXPIRED',
    message: 'Nobody decided in time, and nothing ran.',
  });
});

test('a rejected task names who said no, and why; a cancelled one that it was', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const refused = await world.agent.submits(aRiskyTask());
  await world.approver.rejects(refused, 'Not today.');
  expect((await world.now(refused)).error).toMatchObject({
    code: 'APPROVAL_REJECTED',
    message: expect.stringContaining('Not today.'),
  });

  const given = await world.agent.submits(aRiskyTask());
  await world.services.tasks.cancel(world.agent.principal, given.id, 'changed my mind');
  expect((await world.now(given)).error).toEqual({
    code: 'TASK_CANCELLED',
    message: 'Cancelled: changed my mind',
  });
});
