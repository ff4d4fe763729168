import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ofType } from '../../testing/events.ts';
import type { TaskInput } from '../../testing/people.ts';
import { aResource } from '../../testing/task-inputs.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const statesOf = async ({ id }: Task): Promise<Record<string, string>> => {
  const rows = await world.owner.query<{ name: string; state: string }>(
    'SELECT name, state FROM step WHERE task_id = $1 ORDER BY ordinal',
    [id],
  );
  return Object.fromEntries(rows.map(({ name, state }) => [name, state]));
};

/** An action with a fallback, and one that takes what either puts out. */
const actions = (resource: string, main: object = {}) => [
  {
    name: 'main',
    type: 'ledger.keyed',
    params: { resource, value: 'main' },
    fallback: { type: 'ledger.undoable', params: { resource: `${resource}-other`, value: 'instead' } },
    ...main,
  },
  { name: 'next', type: 'noop.run', params: { category: 'READ' }, dependsOn: ['main'] },
];
const retry = { maxRetries: 1, initialDelayMs: 10, maxDelayMs: 20 };

test('takes the place of an action whose attempts are spent, and is told', async () => {
  const resource = aResource();
  await world.ledger.behaves({ failures: [{ kind: 'STATUS', status: 429, when: 'BEFORE', times: 2 }] });
  const task = await world.agent.submits({ goal: 'Do it, or else', actions: actions(resource), retry });
  await world.reaches(task, 'SUCCEEDED');
  expect(await statesOf(task)).toEqual({ main: 'REPLACED', 'fallback:main': 'SUCCEEDED', next: 'SUCCEEDED' });
  expect(world.ledger.effects().get(resource)).toBeUndefined();
  expect(world.ledger.effects().get(`${resource}-other`)).toBe(1);
  const [told] = ofType(await world.historyOf(task), 'step.fell_back');
  expect(told?.data).toMatchObject({ name: 'main', fallback: 'fallback:main', platform: 'ledger' });
});

test('is passed over where the action succeeds', async () => {
  const resource = aResource();
  const task = await world.agent.submits({ goal: 'Do it, or else', actions: actions(resource) });
  await world.reaches(task, 'SUCCEEDED');
  expect(await statesOf(task)).toEqual({ main: 'SUCCEEDED', 'fallback:main': 'SKIPPED', next: 'SUCCEEDED' });
  expect(world.ledger.effects().get(`${resource}-other`)).toBeUndefined();
});

test('is never used where the action may have acted; the database refuses it as well', async () => {
  const resource = aResource();
  await world.ledger.behaves({ failures: [{ kind: 'RESET', when: 'AFTER' }] });
  const unmarked = { type: 'ledger.unmarked' };
  const task = await world.agent.submits({
    goal: 'Do it, or else',
    actions: actions(resource, unmarked),
    retry,
  });
  await world.reaches(task, 'NEEDS_ATTENTION');
  expect(await statesOf(task)).toEqual({
    main: 'NEEDS_ATTENTION',
    'fallback:main': 'CANCELLED',
    next: 'CANCELLED',
  });
  await world.owner.query("UPDATE step SET state = 'REPLACED' WHERE task_id = $1 AND name = 'main'", [
    task.id,
  ]);
  const claim = world.owner.query(
    "UPDATE step SET state = 'RUNNING' WHERE task_id = $1 AND fallback_for = 'main'",
    [task.id],
  );
  await expect(claim).rejects.toThrow('fallback refused');
});

test('takes the place of an action that nobody knew of, once a person says that it did not happen', async () => {
  const resource = aResource();
  await world.ledger.behaves({ failures: [{ kind: 'RESET', when: 'BEFORE' }] });
  const unmarked = { type: 'ledger.unmarked' };
  const task = await world.agent.submits({
    goal: 'Do it, or else',
    actions: actions(resource, unmarked),
    retry,
  });
  await world.reaches(task, 'NEEDS_ATTENTION');
  const { runControl } = world.services;
  const said = await runControl.resolve(
    world.operator.principal,
    task.id,
    'main',
    'DID_NOT_HAPPEN',
    'There is nothing.',
  );
  expect(said.ok).toBe(true);
  await world.reaches(task, 'SUCCEEDED');
  expect(await statesOf(task)).toEqual({ main: 'REPLACED', 'fallback:main': 'SUCCEEDED', next: 'SUCCEEDED' });
  expect(world.ledger.effects().get(`${resource}-other`)).toBe(1);
  const history = await world.historyOf(task);
  expect(ofType(history, 'step.resolved')).toHaveLength(1);
  expect(ofType(history, 'step.fell_back')[0]?.data).toMatchObject({
    name: 'main',
    fallback: 'fallback:main',
  });
});

test('takes the place of an action that an open breaker keeps back', async () => {
  await using down = await createWorld({
    guards: { ledger: { breaker: { opensAt: 1, probeAfterMs: 60_000 } } },
  });
  await down.ledger.behaves({ failures: [{ kind: 'STATUS', status: 503, when: 'BEFORE' }] });
  const broken = { resource: aResource(), value: 1 };
  const first = await down.agent.submits({
    goal: 'Open the breaker',
    actions: [{ type: 'ledger.unmarked', params: broken }],
  });
  await down.reaches(first, 'NEEDS_ATTENTION');
  const task = await down.agent.submits({
    goal: 'Do it, or else',
    actions: actions(aResource(), { fallback: { type: 'noop.run', params: {} } }),
  });
  await down.reaches(task, 'SUCCEEDED');
  const [told] = ofType(await down.historyOf(task), 'step.fell_back');
  expect(told?.data).toMatchObject({ name: 'main', code: 'SERVICE_DOWN' });
});

describe('over targets', () => {
  /** Three targets one after the other; the gate of each wants what was put there to be no `bad`. */
  const overTargets = (resource: string, last: object = {}): TaskInput => ({
    goal: 'Do it everywhere, or else',
    actions: [
      {
        name: 'main',
        type: 'ledger.undoable',
        params: { value: 'main' },
        targets: [
          { resource: `${resource}-1` },
          { resource: `${resource}-2` },
          { resource: `${resource}-3`, ...last },
        ],
        rollout: {
          canary: 1,
          gate: {
            type: 'ledger.look',
            params: {},
            expect: { required: ['value'], properties: { value: { enum: ['main', 'instead'] } } },
            onFail: 'ROLL_BACK',
          },
        },
        fallback: { type: 'ledger.undoable', params: { value: 'instead' } },
      },
    ],
    retry,
  });
  const failsTwice = { kind: 'STATUS', status: 429, when: 'BEFORE', times: 2 } as const;

  test('each target falls back by itself, and its gate and the next phase wait for it', async () => {
    const resource = aResource();
    await world.ledger.behaves({ failures: [{ ...failsTwice, after: 1 }] });
    const task = await world.agent.submits(overTargets(resource));
    const plans = await world.owner.query('SELECT summary FROM plan WHERE task_id = $1', [task.id]);
    expect(plans).toEqual([{ summary: expect.stringContaining('with 3 fallbacks') as string }]);
    await world.reaches(task, 'SUCCEEDED');
    expect(await statesOf(task)).toMatchObject({
      'main[1]': 'SUCCEEDED',
      'fallback:main[1]': 'SKIPPED',
      'main[2]': 'REPLACED',
      'fallback:main[2]': 'SUCCEEDED',
      'main[3]': 'SUCCEEDED',
    });
    expect(world.ledger.entriesOf(`${resource}-2`).map(({ value }) => value)).toEqual(['instead']);
    const told = ofType(await world.historyOf(task), 'step.fell_back');
    expect(told.map(({ data }) => data.fallback)).toEqual(['fallback:main[2]']);
  });

  test('what a fallback did is undone with the rest where a later gate turns back', async () => {
    const resource = aResource();
    await world.ledger.behaves({ failures: [failsTwice] });
    const task = await world.agent.submits(overTargets(resource, { value: 'bad' }));
    await world.reaches(task, 'ROLLED_BACK');
    expect(await statesOf(task)).toMatchObject({
      'main[1]': 'REPLACED',
      'fallback:main[1]': 'UNDONE',
      'main[2]': 'UNDONE',
      'main[3]': 'UNDONE',
    });
    expect(world.ledger.entriesOf(`${resource}-1`)).toHaveLength(2);
  });
});

test('a try of an action takes no longer than the action says', async () => {
  const resource = aResource();
  await world.ledger.behaves({ failures: [{ kind: 'HANG', when: 'BEFORE' }] });
  const task = await world.agent.submits({
    goal: 'Do it soon',
    actions: [{ name: 'main', type: 'ledger.keyed', params: { resource, value: 1 }, timeoutMs: 300 }],
    retry,
  });
  await world.reaches(task, 'SUCCEEDED');
  const [retrying] = ofType(await world.historyOf(task), 'step.retrying');
  expect(retrying?.data.message).toContain('did not answer in time');
  expect(world.ledger.effects().get(resource)).toBe(1);
});
