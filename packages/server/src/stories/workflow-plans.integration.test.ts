import { expect, test } from 'vitest';
import { accepted } from '../../testing/people.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { aResource } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { JsonObject } from '../domain/json.ts';
import { faultsOf } from '../domain/refusal-details.ts';
import type { PlanDocument } from '../domain/plan.ts';
import { wholeTenant } from '../domain/sight.ts';
import type { Task } from '../domain/task.ts';

const planOf = async (world: World, { id, revision }: Task) => {
  const [plan] = await world.owner.query<{ document: string; summary: string }>(
    'SELECT document, summary FROM plan WHERE task_id = $1 AND revision = $2',
    [id, revision],
  );
  if (!plan) throw new Error('It has no plan.');
  return { summary: plan.summary, document: JSON.parse(plan.document) as PlanDocument };
};

test('a step takes what an earlier one put out, is shown so beforehand, and acts where it was planned to', async () => {
  await using world = await createWorld();
  const resource = aResource();
  const id = { $from: 'create', pointer: '/id' };
  const task = await world.agent.submits({
    goal: 'Create, then announce',
    actions: [
      { name: 'announce', type: 'ledger.keyed', params: { resource: `${resource}-b`, value: { page: id } } },
      { name: 'create', type: 'ledger.keyed', params: { resource: `${resource}-a`, value: 'page' } },
    ],
  });
  const { document } = await planOf(world, task);
  expect(document.steps.map(({ name, dependsOn, params }) => [name, dependsOn, params['value']])).toEqual([
    ['announce', ['create'], { page: id }],
    ['create', [], 'page'],
  ]);
  await world.reaches(task, 'SUCCEEDED');
  const [created, announced] = world.ledger.entries();
  expect(created).toMatchObject({ value: 'page' });
  expect(announced?.value).toEqual({ page: created?.id });
});

test('what an earlier step puts out can neither say where to act nor be missing', async () => {
  await using world = await createWorld();
  const create = { name: 'create', type: 'ledger.keyed', params: { resource: aResource(), value: 1 } };
  const after = (params: JsonObject) => ({
    goal: 'Create, then go on',
    actions: [create, { name: 'next', type: 'ledger.keyed', params }],
  });
  const outcome = await world.agent.asks(after({ resource: { $from: 'create', pointer: '/id' }, value: 1 }));
  if (outcome.ok) throw new Error('It should be refused.');
  const [fault] = faultsOf(outcome.refusal.details);
  expect(fault).toMatchObject({
    path: 'actions[1].params',
    message: expect.stringContaining('earlier steps'),
  });
  const task = await world.agent.submits(
    after({ resource: aResource(), value: { $from: 'create', pointer: '/no/such/thing' } }),
  );
  const failed = await world.reaches(task, 'FAILED');
  expect(failed.error).toMatchObject({ code: 'SCHEMA_VALIDATION_FAILED', stepName: 'next' });
  expect(world.ledger.entries()).toHaveLength(1);
});

test('forty targets are planned as a canary and waves, each behind its gates', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const resource = aResource();
  const task = await world.agent.submits({
    goal: 'Append everywhere',
    environment: 'PRODUCTION',
    justification: 'The story says so',
    actions: [
      {
        name: 'append',
        type: 'ledger.keyed',
        params: { value: 'b' },
        targets: Array.from({ length: 40 }, (_, index) => ({ resource: `${resource}-${index + 1}` })),
        rollout: {
          soakMs: 1_000,
          gate: {
            type: 'noop.run',
            params: { category: 'READ' },
            expect: { type: 'object', required: ['label'] },
            onFail: 'ROLL_BACK',
          },
        },
      },
    ],
  });
  const { document, summary } = await planOf(world, task);
  expect(summary).toBe(
    `Append to ${resource}-1, and likewise 39 more resources: Canary 1, then 4 waves of 8 and one wave of 7 (production)`,
  );
  expect(document.steps).toHaveLength(80);
  expect(document.phases?.map(({ name }) => name)).toEqual([
    'Canary',
    'Wave 1',
    'Wave 2',
    'Wave 3',
    'Wave 4',
    'Wave 5',
  ]);
  expect(document.steps.find(({ name }) => name === 'append[2]')?.dependsOn).toEqual(['append.gate[1]']);
});

test('a rollout goes through its gates, and what waits for it runs last, with a value from before it', async () => {
  await using world = await createWorld();
  const resource = aResource();
  const id = { $from: 'first', pointer: '/id' };
  const task = await world.agent.submits({
    goal: 'Append everywhere',
    actions: [
      {
        name: 'last',
        type: 'ledger.keyed',
        params: { resource: `${resource}-last`, value: id },
        dependsOn: ['append'],
      },
      {
        name: 'append',
        type: 'ledger.keyed',
        params: {},
        dependsOn: ['first'],
        targets: [1, 2, 3].map((each) => ({ resource: `${resource}-${each}`, value: each })),
        rollout: {
          gate: {
            type: 'noop.run',
            params: { category: 'READ', label: 'fine' },
            expect: { required: ['label'], properties: { label: { minLength: 1 } } },
          },
        },
      },
      { name: 'first', type: 'ledger.keyed', params: { resource: `${resource}-first`, value: 0 } },
    ],
  });
  await world.reaches(task, 'SUCCEEDED');
  const entries = world.ledger.entries();
  expect(entries.map(({ value }) => value)).toEqual([0, 1, 2, 3, entries[0]?.id]);
});

test('a task is a part of one that there is', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const errand = { goal: 'Run', actions: [{ type: 'noop.run', params: {} }] };
  const parent = await world.agent.submits(errand);
  const child = await world.agent.submits({ ...errand, parentTaskId: parent.id });
  expect(child.parentTaskId).toBe(parent.id);
  const { tasks } = world.services.stores;
  const parts = await tasks.page(wholeTenant(world.tenantId), { parentTaskId: parent.id }, 10, null);
  expect(parts.map(({ id }) => id)).toEqual([child.id]);
  const outcome = await world.agent.asks({ ...errand, parentTaskId: crypto.randomUUID() });
  expect(outcome).toMatchObject({ refusal: { details: { faults: [{ path: 'parentTaskId' }] } } });
});

const anAppend = (resource: string, more: object = {}) => ({
  goal: 'Append',
  actions: [{ name: 'append', type: 'ledger.versioned', params: { resource, value: 'b' } }],
  ...more,
});

test('a simulation says what would come of a submission, and leaves nothing behind', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const submission = { idempotencyKey: 'sim', ...anAppend(aResource(), { environment: 'PRODUCTION' }) };
  const caller = signedIn(world.agent.principal);
  const simulated = accepted(await world.services.tasks.simulate(caller, submission));
  expect(simulated.view.document.steps.map(({ name }) => name)).toEqual(['append']);
  expect(simulated.decision.outcome).toBe('REQUIRE_APPROVAL');
  const counts = await world.owner.query(
    'SELECT (SELECT count(*)::int FROM task) AS tasks, (SELECT count(*)::int FROM plan) AS plans',
  );
  expect(counts).toEqual([{ tasks: 0, plans: 0 }]);
  const wrong = await world.services.tasks.simulate(caller, { ...submission, goal: '' });
  expect(wrong).toMatchObject({ refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
});

test('what was only planned is applied once, as it was planned, and decided like anything else', async () => {
  await using world = await createWorld();
  const resource = aResource();
  const planned = await world.agent.submits(anAppend(resource, { mode: 'PLAN', environment: 'PRODUCTION' }));
  await world.reaches(planned, 'SUCCEEDED');
  const { tasks } = world.services;
  const apply = (idempotencyKey: string, caller = signedIn(world.agent.principal)) =>
    tasks.apply(caller, {
      taskId: planned.id,
      revision: planned.revision,
      planHash: planned.planHash ?? '',
      idempotencyKey,
    });
  expect(await apply('k', signedIn(world.operator.principal))).toMatchObject({
    refusal: { code: 'AUTHORIZATION_FAILED' },
  });
  const [one, other] = await Promise.all([apply('k'), apply('k')]);
  expect([accepted(one).isReplay, accepted(other).isReplay].toSorted()).toEqual([false, true]);
  const { task } = accepted(await apply('k'));
  expect(task).toMatchObject({ id: planned.id, mode: 'APPLY', revision: 2, status: 'AWAITING_APPROVAL' });
  expect(await apply('another key')).toMatchObject({ refusal: { code: 'CONFLICT' } });
  await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
  expect(world.ledger.entriesOf(resource)).toHaveLength(1);
});

test('a plan whose target has moved is not applied, and what differs is told', async () => {
  await using world = await createWorld();
  const resource = aResource();
  const planned = await world.agent.submits(anAppend(resource, { mode: 'PLAN' }));
  const mover = await world.agent.submits(anAppend(resource));
  await world.reaches(mover, 'SUCCEEDED');
  const outcome = await world.services.tasks.apply(signedIn(world.agent.principal), {
    taskId: planned.id,
    revision: planned.revision,
    planHash: planned.planHash ?? '',
    idempotencyKey: 'k',
  });
  expect(outcome).toMatchObject({
    refusal: {
      code: 'PRECONDITION_FAILED',
      details: { kind: 'CHANGED_PLAN', changes: [{ step: 'append', parts: ['precondition'] }] },
    },
  });
  expect(await world.now(planned)).toMatchObject({ mode: 'PLAN', status: 'SUCCEEDED', revision: 1 });
});
