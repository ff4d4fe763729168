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
  const counted = await approvals.counted(approval, await approvals.reviews([approval.id]));
  expect(counted.map(({ reviewerId }) => reviewerId)).toEqual([world.secondApprover.principal.id]);
  const third = await world.hires('Cleo');
  expect((await third.approves(task)).approval.status).toBe('APPROVED');
});

test('a vote by somebody who lost the right a moment ago is refused, and takes no other with it', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const tasks = await world.agent.submitsMany([aRiskyTask(), aRiskyTask()]);
  // Who votes was looked up before.
  await world.owner.query(`UPDATE principal SET disabled_at = now() WHERE id = $1`, [
    world.approver.principal.id,
  ]);
  const [late, inTime] = await Promise.all([
    world.approver.votes('APPROVE', tasks[0]!),
    world.secondApprover.votes('APPROVE', tasks[1]!),
  ]);
  expect(late).toMatchObject({ ok: false, refusal: { code: 'NOT_ELIGIBLE' } });
  expect(inTime).toMatchObject({ ok: true, value: { approval: { status: 'APPROVED' } } });
  expect((await world.historyOf(tasks[0]!)).map(({ type }) => type)).not.toContain('approval.reviewed');
});
