import { describe, expect, test } from 'vitest';
import { aResource, anEffect, anErrand, aRiskyTask } from '../../testing/task-inputs.ts';
import { backends, createWorld } from '../../testing/world.ts';

describe.each(backends)('the way of a task on %s', (backend) => {
  test('what policy allows runs at once, and the log tells each step of it', async () => {
    await using world = await createWorld({ backend });
    const resource = aResource();
    const task = await world.agent.submits(anEffect('ledger.keyed', resource));
    expect(task.status).toBe('QUEUED');
    const done = await world.reaches(task, 'SUCCEEDED');
    expect(done).toMatchObject({ error: null, startedAt: expect.any(Date), finishedAt: expect.any(Date) });
    expect(world.ledger.entriesOf(resource)).toMatchObject([{ outcome: 'APPLIED', value: 1 }]);
    expect((await world.historyOf(task)).map(({ type }) => type)).toEqual([
      'task.submitted',
      'task.planned',
      'policy.decided',
      'task.queued',
      'task.started',
      'step.started',
      'step.succeeded',
      'task.succeeded',
    ]);
  });

  test('what needs a person waits for one, and runs once approved', async () => {
    await using world = await createWorld({ backend });
    const resource = aResource();
    const task = await world.agent.submits(
      anEffect('ledger.marked', resource, { environment: 'PRODUCTION' }),
    );
    expect(task.status).toBe('AWAITING_APPROVAL');
    const decided = await world.approver.approves(task);
    expect(decided).toMatchObject({ task: { status: 'QUEUED' }, approval: { status: 'APPROVED' } });
    await world.reaches(task, 'SUCCEEDED');
    expect(world.ledger.effects().get(resource)).toBe(1);
    expect((await world.historyOf(task)).map(({ type }) => type)).toEqual([
      'task.submitted',
      'task.planned',
      'policy.decided',
      'approval.requested',
      'approval.reviewed',
      'approval.resolved',
      'task.queued',
      'task.started',
      'step.started',
      'step.succeeded',
      'task.succeeded',
    ]);
  });

  test('what a person rejects ends without an effect', async () => {
    await using world = await createWorld({ backend });
    const task = await world.agent.submits(aRiskyTask());
    const { approval } = await world.approver.rejects(task, 'the branch is frozen until Monday');
    expect(approval.status).toBe('REJECTED');
    expect((await world.now(task)).status).toBe('REJECTED');
    expect((await world.historyOf(task)).at(-1)).toMatchObject({
      type: 'task.rejected',
      data: { reason: 'the branch is frozen until Monday' },
    });
  });
});

test('a task in mode PLAN ends planned, one in mode NOOP runs its steps without touching the platform', async () => {
  await using world = await createWorld();
  const resource = aResource();
  const planned = await world.agent.submits(anEffect('ledger.keyed', resource, { mode: 'PLAN' }));
  expect(planned.status).toBe('SUCCEEDED');
  const rehearsed = await world.agent.submits(anEffect('ledger.keyed', resource, { mode: 'NOOP' }));
  await world.reaches(rehearsed, 'SUCCEEDED');
  expect(world.ledger.entriesOf(resource)).toEqual([]);
  expect(await world.owner.query('SELECT id FROM effect WHERE task_id = $1', [rehearsed.id])).toEqual([]);
  const succeeded = (await world.historyOf(rehearsed)).find(({ type }) => type === 'step.succeeded');
  expect(succeeded?.data).toMatchObject({ isNoop: true });
  expect(succeeded?.summary).toContain('its platform was not called');
});

test("a task of one tenant is nobody else's", async () => {
  await using world = await createWorld();
  const others = await world.inTenant('others');
  const task = await world.agent.submits(aRiskyTask());
  const notFound = { ok: false, refusal: { code: 'RESOURCE_NOT_FOUND' } };
  expect(await others.approver.votes('APPROVE', task)).toMatchObject(notFound);
  expect(await others.operator.cancels(task)).toMatchObject(notFound);
  expect(await world.services.tasks.findMany(others.agent.principal, [task.id])).toEqual([]);
  expect((await world.now(task)).status).toBe('AWAITING_APPROVAL');
});

test('a node that only keeps house leaves the work to those that work', async () => {
  await using world = await createWorld({ background: 'KEEPERS' });
  const task = await world.agent.submits(anErrand());
  const worker = await world.startsWorker();
  await world.reaches(task, 'SUCCEEDED');
  const started = (await world.historyOf(task)).find(({ type }) => type === 'step.started');
  expect(started?.data).toMatchObject({ worker: worker.name });
});
