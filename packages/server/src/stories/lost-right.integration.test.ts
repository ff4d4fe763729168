import { expect, test } from 'vitest';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld } from '../../testing/world.ts';

test('the approval of somebody who may not decide any more counts no longer: the task waits for another', async () => {
  await using world = await createWorld({ background: 'NONE', asking: { required: 2 } });
  const { approvals } = world.services;
  const task = await world.agent.submits(aRiskyTask());
  await world.approver.approves(task);
  await world.owner.query(`UPDATE principal SET roles = '{VIEWER}' WHERE id = $1`, [
    world.approver.principal.id,
  ]);
  const { approval } = await world.secondApprover.approves(task);
  expect(approval.status).toBe('PENDING');
  expect(await approvals.given(approval, await approvals.reviews([approval.id]))).toBe(1);
  const third = await world.hires('Cleo');
  expect((await third.approves(task)).approval.status).toBe('APPROVED');
});
