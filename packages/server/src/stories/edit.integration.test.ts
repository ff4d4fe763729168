import { afterAll, beforeAll, expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Principal } from '../domain/principal.ts';
import type { Task } from '../domain/task.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const edit = (by: Principal, task: Task, actions: readonly unknown[], parts: Partial<Task> = {}) =>
  world.services.tasks.edit(signedIn(by), {
    taskId: task.id,
    revision: parts.revision ?? task.revision,
    planHash: parts.planHash ?? task.planHash ?? '',
    actions,
    comment: 'smaller',
  });

const refusedWith = (code: string) => ({ ok: false, refusal: { code } });
const another = () => [{ type: 'noop.run', params: { label: 'smaller' } }];

test('an edit is a new revision that others decide on, and what they approve is what runs', async () => {
  const { approver, secondApprover } = world;
  const task = await world.agent.submits(aRiskyTask());
  const edited = accepted(await edit(approver.principal, task, another()));
  expect(edited.task).toMatchObject({ revision: 2, status: 'AWAITING_APPROVAL' });
  expect(edited.task.planHash).not.toBe(task.planHash);

  const [proposed, decided] = await world.approvalsOf(task);
  expect(proposed).toMatchObject({ revision: 1, status: 'SUPERSEDED' });
  expect(decided).toMatchObject({ revision: 2, status: 'PENDING', editedById: approver.principal.id });

  expect(await approver.votes('APPROVE', task)).toMatchObject(refusedWith('SELF_APPROVAL'));
  expect(await approver.votes('APPROVE', edited.task)).toMatchObject(refusedWith('SELF_APPROVAL'));
  expect(await secondApprover.votes('APPROVE', task)).toMatchObject(refusedWith('CONFLICT'));
  await secondApprover.approves(edited.task);
  await world.reaches(task, 'SUCCEEDED');
  const summaries = (await world.historyOf(task)).map(({ summary }) => summary);
  expect(summaries).toContain('Ann edited revision 1: smaller');
});

test('nobody edits who may not decide, anything but the current revision, or into nothing', async () => {
  const { approver, agent } = world;
  const task = await world.agent.submits(aRiskyTask());
  const viewer = await world.services.access.ensurePrincipal({
    tenantId: world.tenantId,
    type: 'HUMAN',
    name: 'Vic',
    roles: ['VIEWER'],
  });
  expect(await edit(viewer, task, another())).toMatchObject(refusedWith('NOT_ELIGIBLE'));
  expect(await edit(approver.principal, task, another(), { planHash: 'x' })).toMatchObject(
    refusedWith('CONFLICT'),
  );
  expect(await edit(approver.principal, task, task.actions)).toMatchObject(
    refusedWith('SCHEMA_VALIDATION_FAILED'),
  );
  expect(
    await edit(approver.principal, task, [{ type: 'noop.run', params: { delayMs: 'x' } }]),
  ).toMatchObject({
    ok: false,
    refusal: {
      code: 'SCHEMA_VALIDATION_FAILED',
      details: { faults: [{ path: 'actions[0].params.delayMs' }] },
    },
  });
  // What was asked to be changed, the requester changes.
  await approver.votes('REQUEST_CHANGES', task);
  const revised = accepted(await edit(agent.principal, task, another()));
  expect((await approver.approves(revised.task)).approval.status).toBe('APPROVED');
  expect(await edit(approver.principal, revised.task, another())).toMatchObject(
    refusedWith('NOT_IN_THIS_STATE'),
  );
});

test('an edit of the requester frees nobody of what they wrote, and another decider’s does', async () => {
  const { agent, approver, secondApprover } = world;
  const third = await world.hires('Cleo');
  const task = await agent.submits(aRiskyTask());
  const byAnn = accepted(await edit(approver.principal, task, another()));
  const two = [...another(), { type: 'noop.run', params: { label: 'one more' } }];
  const byAgent = accepted(await edit(agent.principal, byAnn.task, two));
  expect(await approver.votes('APPROVE', byAgent.task)).toMatchObject(refusedWith('SELF_APPROVAL'));
  const byBob = accepted(await edit(secondApprover.principal, byAgent.task, another()));
  expect(await secondApprover.votes('APPROVE', byBob.task)).toMatchObject(refusedWith('SELF_APPROVAL'));
  expect(await third.votes('REJECT', byBob.task)).toMatchObject({ ok: true });
});

test('a requester who may not submit any more does not edit', async () => {
  const leaver = await world.services.access.ensurePrincipal({
    tenantId: world.tenantId,
    type: 'HUMAN',
    name: 'Lea',
    roles: ['OPERATOR'],
  });
  const [submitted] = await world.services.tasks.submit(
    signedIn(leaver),
    [{ ...aRiskyTask(), idempotencyKey: crypto.randomUUID() }],
    null,
  );
  const { task } = accepted(submitted!);
  expect(await edit({ ...leaver, roles: ['VIEWER'] }, task, another())).toMatchObject(
    refusedWith('AUTHORIZATION_FAILED'),
  );
});

test('part of the actions is approved as a revision of its own, and the rest is on record as refused', async () => {
  const { approver, agent, services } = world;
  const action = (name: string, dependsOn: string[] = []) => ({
    name,
    type: 'noop.run',
    params: { label: name },
    dependsOn,
  });
  const task = await agent.submits({
    ...aRiskyTask(),
    actions: [action('one'), action('two', ['one']), action('three')],
  });
  const partly = (actions: string[], parts: { planHash?: string } = {}) =>
    services.tasks.approvePart(
      signedIn(approver.principal),
      {
        taskId: task.id,
        revision: task.revision,
        planHash: parts.planHash ?? task.planHash ?? '',
        actions,
        reason: 'the third is not needed now',
      },
      (reviewer, taskId, on, comment) =>
        services.approvals.decide({ reviewer, taskId, verdict: 'APPROVE', on, comment }),
    );
  expect(await partly(['two', 'three'])).toMatchObject(refusedWith('SCHEMA_VALIDATION_FAILED'));
  expect(await partly(['one', 'two'], { planHash: 'x' })).toMatchObject(refusedWith('CONFLICT'));
  const part = accepted(await partly(['one', 'two']));
  expect(part).toMatchObject({ notApproved: null, task: { revision: 2 }, approval: { editedById: null } });
  await world.reaches(task, 'SUCCEEDED');
  const [proposed, decided] = await world.approvalsOf(task);
  expect([proposed?.status, decided?.status]).toEqual(['SUPERSEDED', 'APPROVED']);
  const refusedPart = (await world.historyOf(task)).find(({ type }) => type === 'task.part_refused');
  expect(refusedPart?.data).toMatchObject({ refused: ['three'], reason: 'the third is not needed now' });
});
