import { describe, expect, test } from 'vitest';
import { ofType } from '../../testing/events.ts';
import { accepted } from '../../testing/people.ts';
import { anErrand, aResource } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { ResolutionOutcome } from '@countersign/shared';
import type { JsonObject } from '../domain/json.ts';
import type { Task } from '../domain/task.ts';

type ActionType = 'ledger.undoable' | 'ledger.keyed' | 'ledger.unmarked';

const append = (name: string, dependsOn: string[] = [], type: ActionType = 'ledger.undoable') => ({
  name,
  type,
  params: { resource: `${resource}-${name}`, value: name },
  dependsOn,
});
const resource = aResource();
const chain = (names: readonly string[]) =>
  names.map((name, index) => append(name, names.slice(Math.max(0, index - 1), index)));
const once = { maxRetries: 0 };
const quick = { maxRetries: 5, initialDelayMs: 20, maxDelayMs: 100 };

const statesOf = async (world: World, task: Task): Promise<Record<string, string>> => {
  const rows = await world.owner.query<{ name: string; state: string }>(
    'SELECT name, state FROM step WHERE task_id = $1 ORDER BY ordinal',
    [task.id],
  );
  return Object.fromEntries(rows.map(({ name, state }) => [name, state]));
};

/** What stands at the platform: the resources whose last entry undoes nothing. */
const standing = ({ ledger }: World): string[] => {
  const last = new Map(
    ledger
      .entries()
      .filter(({ outcome }) => outcome === 'APPLIED')
      .map((entry) => [entry.resource, JSON.stringify(entry.value).includes('undoes')]),
  );
  return [...last].flatMap(([name, isUndone]) => (isUndone ? [] : [name.replace(`${resource}-`, '')]));
};

const undone = ({ ledger }: World): string[] =>
  ledger
    .entries()
    .filter(({ value, outcome }) => outcome === 'APPLIED' && JSON.stringify(value).includes('undoes'))
    .map((entry) => entry.resource.replace(`${resource}-`, ''));

const hasBegun = (world: World, task: Task, name: string) =>
  until(
    async () => ((await statesOf(world, task))[name] === 'RUNNING' ? true : undefined),
    () => `${name} has not begun`,
  );

describe('a pause', () => {
  test('lets what is in flight finish, starts nothing, and ends where somebody says so', async () => {
    await using world = await createWorld({ ledger: { latencyMs: 300 }, reconcileEveryMs: 50 });
    const { runControl } = world.services;
    const operator = world.operator.principal;
    const task = await world.agent.submits({ goal: 'Two steps', actions: chain(['a', 'b']), retry: quick });
    await hasBegun(world, task, 'a');
    const paused = accepted(await runControl.pause(operator, task.id, 'look first'));
    expect(paused.status).toBe('PAUSED');
    await until(
      async () => ((await statesOf(world, task))['a'] === 'SUCCEEDED' ? true : undefined),
      () => 'a did not finish',
    );
    await world.reaches(await world.agent.submits(anErrand({ delayMs: 300 })), 'SUCCEEDED');
    expect(await statesOf(world, task)).toEqual({ a: 'SUCCEEDED', b: 'READY' });
    expect(await runControl.pause(operator, task.id, 'again')).toMatchObject({
      refusal: { code: 'NOT_IN_THIS_STATE' },
    });
    expect(await runControl.pause(world.agent.principal, task.id, 'me too')).toMatchObject({
      refusal: { code: 'AUTHORIZATION_FAILED' },
    });
    accepted(await runControl.resume(operator, task.id, 'all is well'));
    await world.reaches(task, 'SUCCEEDED');
    const history = await world.historyOf(task);
    expect(ofType(history, 'run.paused')[0]?.data).toMatchObject({ cause: 'PERSON', running: ['a'] });
    expect(ofType(history, 'run.resumed')[0]?.data).toMatchObject({ reason: 'all is well', overridden: [] });
  });

  test('is ended by a cancellation', async () => {
    await using world = await createWorld({ ledger: { latencyMs: 200 } });
    const task = await world.agent.submits({ goal: 'Two steps', actions: chain(['a', 'b']), retry: quick });
    await hasBegun(world, task, 'a');
    accepted(await world.services.runControl.pause(world.operator.principal, task.id, 'look first'));
    accepted(await world.agent.cancels(task));
    await world.reaches(task, 'CANCELLED');
    expect(await statesOf(world, task)).toEqual({ a: 'SUCCEEDED', b: 'CANCELLED' });
  });
});

/** The platform refuses the next effect, once a step is on its way there. */
const refuses = async (world: World, task: Task, name: string): Promise<void> => {
  await hasBegun(world, task, name);
  await world.ledger.behaves({ failures: [{ kind: 'STATUS', status: 403, when: 'BEFORE' }] });
};
/** A value that no step puts out. */
const nowhere = { $from: 'a', pointer: '/no/such/thing' };

describe('a rollback', () => {
  test('undoes a workflow, the last step first, and goes on where a worker dies in it', async () => {
    await using world = await createWorld({
      background: 'KEEPERS',
      leaseMs: 1_500,
      ledger: { latencyMs: 300 },
    });
    const first = await world.startsWorker();
    const task = await world.agent.submits({ goal: 'Three', actions: chain(['a', 'b', 'c']), retry: quick });
    await hasBegun(world, task, 'c');
    const { runControl } = world.services;
    const turned = accepted(await runControl.rollback(world.operator.principal, task.id, 'a mistake'));
    expect(turned.status).toBe('RUNNING');
    expect(await world.agent.cancels(task)).toMatchObject({ refusal: { code: 'NOT_CANCELLABLE' } });
    await hasBegun(world, task, 'undo:c');
    await world.ledger.behaves({ failures: [{ kind: 'HANG', when: 'AFTER' }] });
    await world.ledger.hasFailedAsPlanned();
    await first.kill();
    await world.ledger.behaves({ latencyMs: 0 });
    world.begins('ALL');
    await world.reaches(task, 'ROLLED_BACK');
    expect(undone(world)).toEqual(['c', 'b', 'a']);
    expect(standing(world)).toEqual([]);
    expect(await statesOf(world, task)).toEqual({
      a: 'UNDONE',
      b: 'UNDONE',
      c: 'UNDONE',
      'undo:c': 'SUCCEEDED',
      'undo:b': 'SUCCEEDED',
      'undo:a': 'SUCCEEDED',
    });
    const told = ofType(await world.historyOf(task), 'step.undone').map(({ data }) => data.undoes);
    expect(told).toEqual(['c', 'b', 'a']);
    expect(await runControl.rollback(world.operator.principal, task.id, 'again')).toMatchObject({
      refusal: { code: 'NOT_IN_THIS_STATE' },
    });
  });

  test('that cannot undo everything says what is left, and asks a person', async () => {
    await using world = await createWorld();
    const task = await world.agent.submits({
      goal: 'One can be undone, one cannot',
      actions: [
        append('a'),
        append('b', ['a'], 'ledger.keyed'),
        { ...append('c', ['b']), params: { resource: `${resource}-c`, value: nowhere } },
      ],
      retry: once,
      transactional: true,
    });
    const stuck = await world.reaches(task, 'NEEDS_ATTENTION');
    expect(stuck.error).toMatchObject({ stepName: 'c', message: expect.stringContaining('Not undone: b.') });
    expect(await statesOf(world, task)).toMatchObject({ a: 'UNDONE', b: 'SUCCEEDED', c: 'FAILED' });
    const { runControl } = world.services;
    expect(await runControl.retry(world.operator.principal, task.id, 'c', 'try')).toMatchObject({
      refusal: { code: 'NOT_IN_THIS_STATE' },
    });
    // That it stands is known; what can be said is that it does so no longer.
    const say = (name: string, outcome: ResolutionOutcome) =>
      runControl.resolve(world.operator.principal, task.id, name, outcome, 'I deleted it, and looked again.');
    expect(await say('b', 'DID_NOT_HAPPEN')).toMatchObject({ refusal: { code: 'NOT_IN_THIS_STATE' } });
    expect(await say('a', 'HAPPENED')).toMatchObject({ refusal: { code: 'NOT_IN_THIS_STATE' } });
    accepted(await say('b', 'HAPPENED'));
    await world.reaches(task, 'ROLLED_BACK');
    expect(await statesOf(world, task)).toMatchObject({ a: 'UNDONE', b: 'UNDONE' });
    const [resolved] = ofType(await world.historyOf(task), 'step.resolved');
    expect(resolved?.summary).toBe('b was undone by hand: I deleted it, and looked again.');
  });

  test('that fails goes on with the rest where a person says what became of it by hand', async () => {
    await using world = await createWorld({ ledger: { latencyMs: 200 } });
    const { runControl } = world.services;
    const operator = world.operator.principal;
    const task = await world.agent.submits({ goal: 'Three', actions: chain(['a', 'b', 'c']), retry: once });
    await hasBegun(world, task, 'c');
    accepted(await runControl.rollback(operator, task.id, 'a mistake'));
    await refuses(world, task, 'undo:b');
    await world.reaches(task, 'NEEDS_ATTENTION');
    const say = (outcome: ResolutionOutcome) =>
      runControl.resolve(operator, task.id, 'undo:b', outcome, 'I looked at the ledger.');
    accepted(await say('DID_NOT_HAPPEN'));
    const left = await until(
      async () => ((await statesOf(world, task))['a'] === 'UNDONE' ? await world.now(task) : undefined),
      async () => JSON.stringify(await statesOf(world, task)),
    );
    expect(left.status).toBe('NEEDS_ATTENTION');
    expect(left.error?.message).toContain('Not undone: b.');
    expect(await statesOf(world, task)).toMatchObject({ a: 'UNDONE', b: 'SUCCEEDED', 'undo:b': 'CANCELLED' });
    accepted(await say('HAPPENED'));
    await world.reaches(task, 'ROLLED_BACK');
    expect(undone(world)).toEqual(['c', 'a']);
    expect(ofType(await world.historyOf(task), 'step.resolved').map(({ summary }) => summary)).toEqual([
      'b stays as it is: I looked at the ledger.',
      'b was undone by hand: I looked at the ledger.',
    ]);
  });

  test('that fails stops there, and goes on once the step is tried anew', async () => {
    await using world = await createWorld({ ledger: { latencyMs: 200 } });
    const { runControl } = world.services;
    const operator = world.operator.principal;
    const task = await world.agent.submits({ goal: 'Three', actions: chain(['a', 'b', 'c']), retry: once });
    await hasBegun(world, task, 'c');
    accepted(await runControl.rollback(operator, task.id, 'a mistake'));
    await refuses(world, task, 'undo:b');
    const stuck = await world.reaches(task, 'NEEDS_ATTENTION');
    expect(stuck.error?.message).toContain('Not undone: b, a.');
    expect(await statesOf(world, task)).toMatchObject({
      c: 'UNDONE',
      'undo:b': 'FAILED',
      'undo:a': 'CANCELLED',
    });
    accepted(await runControl.retry(operator, task.id, 'undo:b', 'the rights are there now'));
    await world.reaches(task, 'ROLLED_BACK');
    expect(undone(world)).toEqual(['c', 'b', 'a']);
  });
});

test('a transaction of five steps that fails at the fourth is undone', async () => {
  await using world = await createWorld({ ledger: { latencyMs: 100 } });
  const task = await world.agent.submits({
    goal: 'Five steps or none',
    actions: chain(['a', 'b', 'c', 'd', 'e']),
    retry: once,
    transactional: true,
  });
  await refuses(world, task, 'd');
  const back = await world.reaches(task, 'ROLLED_BACK');
  expect(back.error).toMatchObject({ stepName: 'd', code: 'PLATFORM_PERMISSION_DENIED' });
  expect(undone(world)).toEqual(['c', 'b', 'a']);
  expect(standing(world)).toEqual([]);
  expect(await statesOf(world, task)).toMatchObject({ d: 'FAILED', e: 'CANCELLED', a: 'UNDONE' });
  const [started] = ofType(await world.historyOf(task), 'run.rollback_started');
  expect(started?.data).toMatchObject({ cause: 'TRANSACTION', undoes: ['c', 'b', 'a'], leaves: [] });
});

describe('a gate', () => {
  /** Longer than a busy machine takes to ask for the gate. */
  const soakMs = 2_000;
  const rollout = (values: readonly string[], expected: JsonObject, onFail: 'PAUSE' | 'ROLL_BACK') => ({
    goal: 'Roll out',
    actions: [
      {
        name: 'append',
        type: 'ledger.undoable',
        params: {},
        targets: values.map((value) => ({ resource: `${resource}-${value}`, value })),
        rollout: {
          canary: 1,
          batchPercent: 50,
          soakMs,
          gate: { type: 'ledger.look', params: {}, expect: expected, onFail },
        },
      },
    ],
    retry: once,
  });

  test('lets the run go on, and turns it back where it fails', async () => {
    await using world = await createWorld();
    const task = await world.agent.submits(
      rollout(
        ['good', 'bad', 'never'],
        { required: ['value'], properties: { value: { const: 'good' } } },
        'ROLL_BACK',
      ),
    );
    const back = await world.reaches(task, 'ROLLED_BACK');
    expect(back.error).toMatchObject({ stepName: 'append.gate[2]' });
    expect(undone(world)).toEqual(['bad', 'good']);
    const history = await world.historyOf(task);
    const looks = ofType(history, 'gate.evaluated').map(({ data }) => [data.name, data.status]);
    expect(looks).toEqual([
      ['append.gate[1]', 'PASS'],
      ['append.gate[2]', 'FAIL'],
    ]);
    expect(ofType(history, 'step.held').map(({ data }) => data.rule)).toEqual(['gate.soak', 'gate.soak']);
    const [soaked] = await world.owner.query<{ ms: number }>(
      `SELECT extract(epoch FROM g.started_at - a.finished_at)::float8 * 1000 AS ms FROM step a JOIN step g
         ON g.run_id = a.run_id AND g.name = 'append.gate[1]' WHERE a.name = 'append[1]' AND a.task_id = $1`,
      [task.id],
    );
    expect(soaked?.ms).toBeGreaterThanOrEqual(soakMs);
  });

  test('that cannot tell pauses the run, and one override is for one evaluation', async () => {
    await using world = await createWorld();
    const { runControl } = world.services;
    const operator = world.operator.principal;
    const task = await world.agent.submits(
      rollout(
        ['one', 'two'],
        { required: ['version'], properties: { version: { type: 'string' } } },
        'ROLL_BACK',
      ),
    );
    await world.reaches(task, 'PAUSED');
    expect(await statesOf(world, task)).toMatchObject({ 'append[1]': 'SUCCEEDED', 'append[2]': 'BLOCKED' });
    accepted(await runControl.retry(operator, task.id, 'append.gate[1]', 'look again'));
    await until(
      async () => (ofType(await world.historyOf(task), 'gate.evaluated').length === 2 ? true : undefined),
      () => 'it did not look again',
    );
    await world.reaches(task, 'PAUSED');
    accepted(await runControl.resume(operator, task.id, 'I looked myself'));
    await until(
      async () => (ofType(await world.historyOf(task), 'run.paused').length === 3 ? true : undefined),
      () => 'the second gate did not pause it',
    );
    expect((await world.now(task)).status).toBe('PAUSED');
    accepted(await runControl.resume(operator, task.id, 'here too'));
    await world.reaches(task, 'SUCCEEDED');
    const overrides = ofType(await world.historyOf(task), 'run.resumed').map(({ data }) => data.overridden);
    expect(overrides).toEqual([['append.gate[1]'], ['append.gate[2]']]);
  });
});

test('a step that failed is tried anew, and what waited for it comes after it', async () => {
  await using world = await createWorld({
    ledger: { failures: [{ kind: 'STATUS', status: 403, when: 'BEFORE' }] },
  });
  const { runControl } = world.services;
  const operator = world.operator.principal;
  const task = await world.agent.submits({
    goal: 'Three steps',
    actions: chain(['a', 'b', 'c']),
    retry: once,
  });
  await world.reaches(task, 'FAILED');
  expect(await runControl.retry(operator, task.id, 'z', 'why not')).toMatchObject({
    refusal: { code: 'RESOURCE_NOT_FOUND' },
  });
  expect(await runControl.retry(operator, task.id, 'b', 'why not')).toMatchObject({
    refusal: { code: 'NOT_IN_THIS_STATE' },
  });
  accepted(await runControl.retry(operator, task.id, 'a', 'the rights are there now'));
  await until(
    async () => ((await world.now(task)).status === 'SUCCEEDED' ? true : undefined),
    async () => `it is ${(await world.now(task)).status}`,
  );
  expect(standing(world)).toEqual(['a', 'b', 'c']);
  expect(ofType(await world.historyOf(task), 'step.retried')[0]?.data).toMatchObject({
    name: 'a',
    attempt: 1,
  });
});

describe('a step of which nobody knows what it did', () => {
  const when = (kind: 'BEFORE' | 'AFTER') =>
    createWorld({ ledger: { honoursKeys: false, failures: [{ kind: 'RESET', when: kind }] } });

  test('goes on where a person says that it happened', async () => {
    await using world = await createWorld({ background: 'NONE' });
    const { runControl } = world.services;
    const task = await world.agent.submits({
      goal: 'In doubt',
      actions: [append('b', [], 'ledger.unmarked'), append('c', ['b'])],
      retry: once,
    });
    await world.ledger.behaves({ failures: [{ kind: 'RESET', when: 'AFTER' }] });
    world.begins('ALL');
    await world.reaches(task, 'NEEDS_ATTENTION');
    const say = (principal = world.operator.principal) =>
      runControl.resolve(principal, task.id, 'b', 'HAPPENED', 'The platform lists it.');
    expect(await say(world.agent.principal)).toMatchObject({ refusal: { code: 'AUTHORIZATION_FAILED' } });
    expect(await runControl.resolve(world.operator.principal, task.id, 'b', 'HAPPENED', ' ')).toMatchObject({
      refusal: { code: 'SCHEMA_VALIDATION_FAILED' },
    });
    accepted(await say());
    await world.reaches(task, 'SUCCEEDED');
    expect(standing(world)).toEqual(['b', 'c']);
    expect(ofType(await world.historyOf(task), 'step.resolved')[0]?.data).toMatchObject({
      name: 'b',
      outcome: 'HAPPENED',
      evidence: 'The platform lists it.',
    });
  });

  test('fails where a person says that it did not, and is tried anew', async () => {
    await using world = await when('BEFORE');
    const { runControl } = world.services;
    const task = await world.agent.submits({
      goal: 'In doubt',
      actions: [append('b', [], 'ledger.unmarked'), append('c', ['b'])],
      retry: once,
    });
    await world.reaches(task, 'NEEDS_ATTENTION');
    accepted(
      await runControl.resolve(world.operator.principal, task.id, 'b', 'DID_NOT_HAPPEN', 'There is nothing.'),
    );
    await world.reaches(task, 'FAILED');
    accepted(await runControl.retry(world.operator.principal, task.id, 'b', 'once more'));
    await until(
      async () => ((await world.now(task)).status === 'SUCCEEDED' ? true : undefined),
      async () => `it is ${(await world.now(task)).status}`,
    );
    expect(standing(world)).toEqual(['b', 'c']);
  });

  test('turns a transaction back where a person says that it did not happen', async () => {
    await using world = await createWorld({ ledger: { latencyMs: 100 } });
    const task = await world.agent.submits({
      goal: 'Both or none',
      actions: [append('a'), append('b', ['a'], 'ledger.unmarked')],
      retry: once,
      transactional: true,
    });
    await hasBegun(world, task, 'b');
    await world.ledger.behaves({ failures: [{ kind: 'RESET', when: 'BEFORE' }] });
    await world.reaches(task, 'NEEDS_ATTENTION');
    const { runControl } = world.services;
    accepted(
      await runControl.resolve(world.operator.principal, task.id, 'b', 'DID_NOT_HAPPEN', 'There is nothing.'),
    );
    await world.reaches(task, 'ROLLED_BACK');
    expect(standing(world)).toEqual([]);
  });
});

describe('the gate in the database', () => {
  /** As somebody who has the application's role would: a run that rolls back, and a claimed step that undoes. */
  const forge = async (
    world: World,
    task: Task,
    undoes: string,
    isRollingBack: boolean,
  ): Promise<unknown> => {
    const { database } = world.services;
    const word = isRollingBack ? '{"cause":"PERSON","reason":"forged","at":"2026-01-01T00:00:00Z"}' : null;
    return database.transaction(async (tx) => {
      await tx.query("UPDATE task SET status = 'RUNNING' WHERE id = $1", [task.id]);
      await tx.query('UPDATE run SET rollback = $2::jsonb WHERE task_id = $1', [task.id, word]);
      const [step] = await tx.query<{ id: string }>(
        `INSERT INTO step (id, tenant_id, run_id, task_id, name, kind, undoes, ordinal, phase, action_type, platform, lane,
           depends_on, state, attempt, max_attempts, fence, dispatch_epoch, next_attempt_at)
         SELECT gen_random_uuid(), tenant_id, run_id, task_id, 'undo:' || name, 'UNDO', name, 9, phase, action_type, platform,
           lane, '{}', 'RUNNING', 1, 1, 1, 1, now() FROM step WHERE task_id = $1 AND name = $2 RETURNING id`,
        [task.id, undoes],
      );
      await tx.query(
        `INSERT INTO effect (id, tenant_id, task_id, step_id, number, plan_hash, state, fence, attempt, idempotency_key,
           request_hash, intended_at)
         SELECT gen_random_uuid(), tenant_id, id, $2, 1, plan_hash, 'INTENDED', 1, 1, gen_random_uuid()::text, 'x', now()
         FROM task WHERE id = $1`,
        [task.id, step?.id],
      );
      throw new Error('admitted');
    });
  };

  test('admits an undoing only in a rollback, of what was done and can be undone by the plan', async () => {
    await using world = await createWorld();
    const task = await world.agent.submits({
      goal: 'One can be undone, one cannot',
      actions: [append('a'), append('b', ['a'], 'ledger.keyed')],
      retry: once,
    });
    await world.reaches(task, 'SUCCEEDED');
    await expect(forge(world, task, 'a', true)).rejects.toThrow('admitted');
    await expect(forge(world, task, 'a', false)).rejects.toThrow('a run either goes on or rolls back');
    await expect(forge(world, task, 'b', true)).rejects.toThrow(
      'it undoes nothing that was done by this plan',
    );
    await world.owner.query(
      "UPDATE effect SET state = 'FAILED' WHERE step_id = (SELECT id FROM step WHERE task_id = $1 AND name = 'a')",
      [task.id],
    );
    await expect(forge(world, task, 'a', true)).rejects.toThrow(
      'it undoes nothing that was done by this plan',
    );
  });
});
