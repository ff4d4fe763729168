import { join } from 'node:path';
import { graphql } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ofType } from '../../testing/events.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';
import { createSchema } from '../doors/graphql/schema/schema.ts';
import type { Task } from '../domain/task.ts';
import { createLogger } from '../infra/logger.ts';
import { createPolicyEngine } from '../modules/policy/index.ts';
import { createMonitoring } from '../monitoring.ts';
import { createOperations } from '../operations.ts';
import { createViews } from '../operations/views.ts';

const reason = 'No change of production on Fridays.';
const inSeconds = (seconds: number): string =>
  `${new Date(Date.now() + seconds * 1_000).toISOString().slice(0, 19)}Z`;

/** A "Friday" that began a minute ago and ends in so many seconds. */
const fridayFor = (seconds: number) => ({
  roundedToMs: 1_000,
  freezes: [
    {
      message: reason,
      environments: ['PRODUCTION' as const],
      from: inSeconds(-60),
      until: inSeconds(seconds),
    },
  ],
});

const inProduction = {
  environment: 'PRODUCTION',
  justification: 'The shop is down.',
  retry: { maxRetries: 0 },
} as const;

const stepOf = async (world: World, task: Task) => {
  const [step] = await world.owner.query<{ attempt: number; fence: number; hold: object | null }>(
    'SELECT attempt, fence, hold FROM step WHERE task_id = $1',
    [task.id],
  );
  return step;
};

const asked = `query ($id: ID!) {
  task(id: $id) { status hold { rule reason until } run { steps { state attempt nextAttemptAt hold { rule reason until } } } }
}`;

/** What the API tells its submitter of a task. */
const shownOf = async (world: World, task: Task): Promise<unknown> => {
  await using ending = new AsyncDisposableStack();
  const logger = createLogger({ level: 'silent' });
  const monitoring = createMonitoring(world.config, logger, world.services, () => 0, ending);
  const schema = createSchema({
    operations: createOperations(world.services, monitoring, logger),
    views: createViews(world.services, logger),
    services: world.services,
    monitoring,
    originOf: () => '',
  });
  const { data, errors } = await graphql({
    schema,
    source: asked,
    variableValues: { id: task.id },
    contextValue: { viewer: world.agent.principal },
  });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data?.['task']));
};

const isHeld = (world: World, task: Task): Promise<true> =>
  until(
    async () => ofType(await world.historyOf(task), 'step.held').length > 0 || undefined,
    () => 'the step was not held',
  );

describe.each(backends)('with queues on %s', (backend) => {
  test('what was approved on a Friday waits, spends no attempt, says why, and runs once it is over', async () => {
    const time = fridayFor(10);
    await using world = await createWorld({ backend, time });
    const resource = aResource();
    const task = await world.agent.submits(anEffect('ledger.keyed', resource, inProduction));
    expect(task.status).toBe('AWAITING_APPROVAL');
    await world.approver.approves(task);
    await isHeld(world, task);

    expect((await world.now(task)).status).toBe('QUEUED');
    const hold = {
      rule: 'change_freeze.period',
      reason,
      until: new Date(time.freezes[0]?.until ?? '').toISOString(),
    };
    expect(await stepOf(world, task)).toEqual({ attempt: 0, fence: 0, hold });
    expect(world.ledger.entriesOf(resource)).toEqual([]);
    expect(await shownOf(world, task)).toEqual({
      status: 'QUEUED',
      hold,
      run: { steps: [{ state: 'READY', attempt: 0, nextAttemptAt: hold.until, hold }] },
    });

    await world.reaches(task, 'SUCCEEDED');
    expect(await shownOf(world, task)).toMatchObject({ hold: null, run: { steps: [{ hold: null }] } });
    // It waited for a rule, and for no slot of a lane.
    const [waited] = await world.owner.query<{ ready_at: Date }>(
      'SELECT ready_at FROM step WHERE task_id = $1',
      [task.id],
    );
    expect(waited?.ready_at.toISOString()).toBe(hold.until);
    expect(await stepOf(world, task)).toEqual({ attempt: 1, fence: 1, hold: null });
    expect(world.ledger.entriesOf(resource)).toHaveLength(1);
    const held = ofType(await world.historyOf(task), 'step.held');
    expect(held).toMatchObject([{ data: { ...hold, attempt: 0 } }]);
  });
});

describe('what a Friday holds', () => {
  test('does not hold another environment, nor what only reads', async () => {
    await using world = await createWorld({ time: fridayFor(60) });
    const elsewhere = await world.agent.submits(anEffect('ledger.keyed', aResource()));
    await world.reaches(elsewhere, 'SUCCEEDED');
    const reading = await world.agent.submits({
      goal: 'Look',
      actions: [{ type: 'noop.run', params: { category: 'READ' } }],
      ...inProduction,
    });
    await world.reaches(reading, 'SUCCEEDED');
  });

  test('is ended by its own time, and by that of its approval', async () => {
    await using world = await createWorld({
      time: fridayFor(60),
      asking: { expiresInMs: 2_500, startWithinMs: 1_000 },
    });
    const hurried = await world.agent.submits(
      anEffect('ledger.keyed', aResource(), { ...inProduction, timeoutMs: 1_500 }),
    );
    const approved = await world.agent.submits(anEffect('ledger.keyed', aResource(), inProduction));
    await world.approver.approves(hurried);
    await world.approver.approves(approved);
    await isHeld(world, hurried);

    await world.reaches(hurried, 'FAILED');
    expect((await world.now(hurried)).error).toMatchObject({
      code: 'EXECUTION_TIMEOUT',
      message: `The time of the task was over before this step could start. It was held: ${reason}`,
    });
    await world.reaches(approved, 'EXPIRED');
    expect((await world.now(approved)).error).toMatchObject({
      code: 'APPROVAL_EXPIRED',
      message: `The approval expired before the run could begin. It was held: ${reason}`,
    });
    expect(world.ledger.entries()).toEqual([]);
  });

  test('is cancelled like anything that waits', async () => {
    await using world = await createWorld({ time: fridayFor(60) });
    const task = await world.agent.submits(anEffect('ledger.keyed', aResource(), inProduction));
    await world.approver.approves(task);
    await isHeld(world, task);
    await world.agent.cancels(task);
    expect((await world.now(task)).status).toBe('CANCELLED');
    expect(await stepOf(world, task)).toEqual({ attempt: 0, fence: 0, hold: null });
  });

  test('is decided on with the time that its input holds, which replays to the same answer', async () => {
    await using world = await createWorld({ time: fridayFor(60) });
    const task = await world.agent.submits(anEffect('ledger.keyed', aResource(), inProduction));
    const [stored] = await world.owner.query<{ input: { now: string }; input_hash: string }>(
      'SELECT input, input_hash FROM policy_decision WHERE task_id = $1',
      [task.id],
    );
    expect(stored?.input.now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const engine = await createPolicyEngine({
      bundleDir: join(import.meta.dirname, '../../../../policies/bundle'),
      dataFile: world.config.policy.dataFile ?? '',
      timeoutMs: 2_000,
    });
    const replayed = await engine.evaluate(stored?.input as never);
    expect(replayed).toMatchObject({
      kind: 'verdict',
      inputHash: stored?.input_hash,
      verdict: { hold: [{ rule: 'change_freeze.period', message: reason }] },
    });
  });
});
