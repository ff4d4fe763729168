import { afterAll, beforeAll, expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE', asking: { required: 2, undoWindowMs: 60_000 } });
});
afterAll(() => world[Symbol.asyncDispose]());

const refusedWith = (code: string) => ({ ok: false, refusal: { code } });

test('while changes are asked for nobody approves, and who asked can take that back', async () => {
  const { approver, secondApprover } = world;
  const task = await world.agent.submits(aRiskyTask());
  await secondApprover.approves(task);
  expect(await approver.votes('REQUEST_CHANGES', task)).toMatchObject({
    ok: true,
    value: { task: { status: 'AWAITING_APPROVAL' }, approval: { status: 'PENDING' } },
  });
  const third = await world.hires('Cleo');
  expect(await third.votes('APPROVE', task)).toMatchObject(refusedWith('NOT_IN_THIS_STATE'));
  const asked = (await world.historyOf(task)).find(
    ({ type, data }) => type === 'approval.reviewed' && data['verdict'] === 'REQUEST_CHANGES',
  );
  expect(asked?.summary).toBe('Ann asks for changes of revision 1 (1 of 2)');
  await approver.withdraws(task);
  expect((await third.approves(task)).approval.status).toBe('APPROVED');
});

test('a question stands on the request until the requester answers, and nobody else does', async () => {
  const { approvals } = world.services;
  const task = await world.agent.submits(aRiskyTask());
  const ann = signedIn(world.approver.principal);
  const agent = signedIn(world.agent.principal);

  expect(await approvals.ask(agent, task.id, 'May I?')).toMatchObject(refusedWith('NOT_ELIGIBLE'));
  expect(await approvals.answer(agent, task.id, { answer: 'Yes.' })).toMatchObject(
    refusedWith('NOT_IN_THIS_STATE'),
  );
  expect(await approvals.ask(ann, task.id, ' ')).toMatchObject(refusedWith('SCHEMA_VALIDATION_FAILED'));
  const { approval } = accepted(await approvals.ask(ann, task.id, 'Why on a Friday?'));
  expect(await approvals.answer(ann, task.id, { answer: 'Because.' })).toMatchObject(
    refusedWith('AUTHORIZATION_FAILED'),
  );
  accepted(await approvals.answer(agent, task.id, { answer: 'The certificate ends on Saturday.' }));

  expect(await approvals.questions([approval.id])).toMatchObject([
    { question: 'Why on a Friday?', askedById: ann.id, answer: 'The certificate ends on Saturday.' },
  ]);
  expect((await world.historyOf(task)).map(({ summary }) => summary)).toEqual(
    expect.arrayContaining([
      'Ann asks: Why on a Friday?',
      'builder answers: The certificate ends on Saturday.',
    ]),
  );
  expect((await world.now(task)).status).toBe('AWAITING_APPROVAL');
});
