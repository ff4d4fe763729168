import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedIn } from '../../testing/signed-in.ts';
import { aRiskyTask } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import { createApprovalCommands, type DecideCommand } from '../modules/approvals/index.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE', asking: { undoWindowMs: 60_000 } });
});
afterAll(() => world[Symbol.asyncDispose]());

const irreversible = { type: 'ledger.keyed', params: { resource: 'irreversible', value: 1 } };

const decide = (verdict: DecideCommand['verdict'], tasks: readonly Task[], comment: string | null = null) =>
  world.services.approvals.decideTogether(
    tasks.map((task) => ({
      reviewer: signedIn(world.approver.principal),
      taskId: task.id,
      verdict,
      on: { revision: task.revision, planHash: task.planHash ?? '' },
      comment,
    })),
  );

const statusesOf = async (tasks: readonly Task[]) =>
  Promise.all(tasks.map(async (task) => (await world.now(task)).status));

test('several are approved in one press', async () => {
  const tasks = await world.agent.submitsMany(Array.from({ length: 20 }, () => aRiskyTask()));
  expect((await decide('APPROVE', tasks)).every(({ ok }) => ok)).toBe(true);
  expect(new Set(await statusesOf(tasks))).toEqual(new Set(['HELD']));
});

test('one that is stale leaves all of them undecided, and says so', async () => {
  const tasks = await world.agent.submitsMany([aRiskyTask(), aRiskyTask(), aRiskyTask()]);
  const [first, stale, last] = tasks;
  const seen = [first!, { ...stale!, planHash: 'as it was' }, last!];
  expect(await decide('APPROVE', seen)).toMatchObject([
    { ok: true },
    { ok: false, refusal: { code: 'CONFLICT' } },
    { ok: true },
  ]);
  expect(new Set(await statusesOf(tasks))).toEqual(new Set(['AWAITING_APPROVAL']));
  for (const task of tasks)
    expect((await world.historyOf(task)).map(({ type }) => type)).not.toContain('approval.reviewed');
});

test('where one is stale, nobody is told of the others that they were decided', async () => {
  const tasks = await world.agent.submitsMany([aRiskyTask(), aRiskyTask()]);
  const commands = createApprovalCommands(world.services.approvals, () =>
    Promise.resolve({ ok: true, value: null }),
  );
  const outcome = await commands.decideTasks.execute(
    { viewer: signedIn(world.approver.principal), traceparent: null },
    {
      verdict: 'APPROVE',
      items: tasks.map(({ id, revision, planHash }, index) => ({
        taskId: id,
        revision: revision + index,
        planHash: planHash ?? '',
      })),
    },
  );
  expect(outcome).toMatchObject({
    value: [
      { taskId: tasks[0]?.id, decided: null, refusal: null },
      { taskId: tasks[1]?.id, decided: null, refusal: { code: 'CONFLICT' } },
    ],
  });
});

test('what people cannot undo is approved by itself, and rejected with others', async () => {
  const tasks = await world.agent.submitsMany([aRiskyTask(), aRiskyTask({ actions: [irreversible] })]);
  expect(await decide('APPROVE', tasks)).toMatchObject([
    { ok: true },
    { ok: false, refusal: { code: 'NOT_ELIGIBLE' } },
  ]);
  expect((await decide('REJECT', tasks, 'not before the freeze is over')).every(({ ok }) => ok)).toBe(true);
  expect(await statusesOf(tasks)).toEqual(['REJECTED', 'REJECTED']);
});

test('of what is another tenant’s nothing is told, and it leaves the rest undecided', async () => {
  const others = await (
    await world.inTenant('elsewhere')
  ).agent.submits(aRiskyTask({ actions: [irreversible] }));
  const own = await world.agent.submits(aRiskyTask());
  expect(await decide('APPROVE', [own, others])).toMatchObject([
    { ok: true },
    { ok: false, refusal: { code: 'RESOURCE_NOT_FOUND', message: 'There is no such task.' } },
  ]);
  expect(await statusesOf([own])).toEqual(['AWAITING_APPROVAL']);
});
