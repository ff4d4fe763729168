import { ofType } from '../../testing/events.ts';
import { expect, test } from 'vitest';
import { aResource, anErrand } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';

type Params = Record<string, string | number>;
const step = (name: string, type: string, params: Params, ...dependsOn: string[]) => ({
  name,
  type,
  params,
  dependsOn,
});
const append = (name: string, resource: string, ...dependsOn: string[]) =>
  step(name, 'ledger.keyed', { resource, value: name }, ...dependsOn);
const quick = { maxRetries: 3, initialDelayMs: 20, maxDelayMs: 100 };

/** The events of one kind, by the name of their step. */
const stepsWith = async (world: World, task: Task, type: StepEvent): Promise<string[]> =>
  ofType(await world.historyOf(task), type).map(({ data }) => data.name);

type StepEvent = 'step.started' | 'step.succeeded' | 'step.retrying' | 'step.failed';

const statesOf = async (world: World, task: Task): Promise<Record<string, string>> => {
  const rows = await world.owner.query<{ name: string; state: string }>(
    'SELECT name, state FROM step WHERE task_id = $1 ORDER BY ordinal',
    [task.id],
  );
  return Object.fromEntries(rows.map(({ name, state }) => [name, state]));
};

test('a step starts once all that it depends on has succeeded', async () => {
  await using world = await createWorld();
  const resource = aResource();
  const task = await world.agent.submits({
    goal: 'Build, then test on two platforms, then release',
    actions: [
      append('release', `${resource}-4`, 'test-a', 'test-b'),
      append('test-a', `${resource}-2`, 'build'),
      append('test-b', `${resource}-3`, 'build'),
      append('build', `${resource}-1`),
    ],
  });
  await world.reaches(task, 'SUCCEEDED');
  const done = world.ledger.entries().map(({ value }) => value);
  expect(done).toHaveLength(4);
  expect([done[0], done[3]]).toEqual(['build', 'release']);
  const history = await world.historyOf(task);
  const place = (type: StepEvent, name: string) => {
    const found = ofType(history, type).find(({ data }) => data.name === name);
    return history.findIndex((event) => event === found);
  };
  expect(place('step.started', 'release')).toBeGreaterThan(place('step.succeeded', 'test-a'));
  expect(place('step.started', 'release')).toBeGreaterThan(place('step.succeeded', 'test-b'));
  expect(place('step.started', 'test-b')).toBeGreaterThan(place('step.succeeded', 'build'));
});

test('a failed step cancels what waits for it and ends the task', async () => {
  await using world = await createWorld({
    ledger: { failures: [{ kind: 'STATUS', status: 403, when: 'BEFORE' }] },
  });
  const resource = aResource();
  const task = await world.agent.submits({
    goal: 'Migrate, then deploy',
    actions: [
      append('migrate', `${resource}-1`),
      append('deploy', `${resource}-2`, 'migrate'),
      append('announce', `${resource}-3`, 'deploy'),
    ],
    retry: quick,
  });
  const failed = await world.reaches(task, 'FAILED');
  expect(failed.error).toMatchObject({ code: 'PLATFORM_PERMISSION_DENIED', stepName: 'migrate' });
  expect(await statesOf(world, task)).toEqual({
    migrate: 'FAILED',
    deploy: 'CANCELLED',
    announce: 'CANCELLED',
  });
  expect(world.ledger.entries()).toEqual([]);
});

test("actions that would find each other's target changed are refused before anybody is asked", async () => {
  await using world = await createWorld();
  const resource = aResource();
  const outcome = await world.agent.asks({
    goal: 'Append twice',
    actions: [append('one', resource), append('two', resource, 'one')],
  });
  expect(outcome).toMatchObject({
    refusal: {
      code: 'SCHEMA_VALIDATION_FAILED',
      message: expect.stringMatching(/^"two".*"one"/),
      details: { faults: [{ path: 'actions[1].params' }] },
    },
  });
});

test('a passing trouble is tried again after a while, with the same key, until it succeeds', async () => {
  const failures = [{ kind: 'STATUS' as const, status: 503, when: 'BEFORE' as const, times: 2 }];
  await using world = await createWorld({ ledger: { failures } });
  const resource = aResource();
  const task = await world.agent.submits({
    goal: 'Try hard',
    actions: [append('only', resource)],
    retry: quick,
  });
  await world.reaches(task, 'SUCCEEDED');
  expect(await stepsWith(world, task, 'step.retrying')).toHaveLength(2);
  const keys = new Set(
    ofType(await world.historyOf(task), 'step.started').map(({ data }) => data.effect?.idempotencyKey),
  );
  expect(keys).toEqual(new Set(world.ledger.entries().map(({ idempotencyKey }) => idempotencyKey)));
  expect(world.ledger.effects().get(resource)).toBe(1);
});

test.each([
  ['a failure', 429, 'RATE_LIMIT_EXCEEDED', 'FAILED'],
  // Behind a 503 the platform may have acted, so nobody can say that nothing happened.
  ['a question to a person', 503, 'OUTCOME_UNKNOWN', 'NEEDS_ATTENTION'],
] as const)('what stays broken ends as %s after its retries', async (_end, status, code, expected) => {
  await using world = await createWorld({
    ledger: { failures: [{ kind: 'STATUS', status, when: 'BEFORE', times: 100 }] },
  });
  const task = await world.agent.submits({
    goal: 'Try in vain',
    actions: [append('only', aResource())],
    retry: { ...quick, maxRetries: 2 },
  });
  const ended = await world.reaches(task, expected);
  expect(ended.error).toMatchObject({ code });
  expect(await stepsWith(world, task, 'step.started')).toHaveLength(3);
  expect(world.ledger.entries()).toEqual([]);
});

test('no step starts after the deadline of its task', async () => {
  await using world = await createWorld({ background: 'KEEPERS' });
  const task = await world.agent.submits({
    goal: 'Be quick',
    actions: [step('late', 'noop.run', {}), step('later', 'noop.run', {}, 'late')],
    timeoutMs: 1,
  });
  world.begins('ALL');
  const failed = await world.reaches(task, 'FAILED');
  expect(failed.error).toMatchObject({ code: 'EXECUTION_TIMEOUT' });
  expect(await statesOf(world, task)).toEqual({ late: 'FAILED', later: 'CANCELLED' });
  expect(await stepsWith(world, task, 'step.started')).toEqual([]);
});

test('cancelling lets the step in flight finish and starts nothing after it', async () => {
  await using world = await createWorld();
  const task = await world.agent.submits({
    goal: 'Go on until told otherwise',
    actions: [step('first', 'noop.run', { delayMs: 500 }), step('second', 'noop.run', {}, 'first')],
  });
  await world.reaches(task, 'RUNNING');
  expect(await world.operator.cancels(task)).toMatchObject({ ok: true });
  await world.reaches(task, 'CANCELLED');
  expect(await statesOf(world, task)).toEqual({ first: 'SUCCEEDED', second: 'CANCELLED' });
  expect((await world.historyOf(task)).map(({ type }) => type).slice(-3)).toEqual([
    'task.cancelling',
    'step.succeeded',
    'task.cancelled',
  ]);
  expect(await world.agent.cancels(task)).toMatchObject({ ok: false, refusal: { code: 'NOT_CANCELLABLE' } });
});

test('cancelling what waits in the queue ends it at once, and nothing runs', async () => {
  await using world = await createWorld({ background: 'KEEPERS' });
  const task = await world.agent.submits(anErrand());
  expect(await world.agent.cancels(task)).toMatchObject({ ok: true, value: { status: 'CANCELLED' } });
  const later = await world.agent.submits(anErrand());
  world.begins('ALL');
  await world.reaches(later, 'SUCCEEDED');
  expect(await stepsWith(world, task, 'step.started')).toEqual([]);
});
