import { ofType } from '../../testing/events.ts';
import { describe, expect, test } from 'vitest';
import type { TaskInput } from '../../testing/people.ts';
import { aResource, anEffect, anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';

/** Nobody waits for the end of a lease whose worker is known to be dead, so no busy machine ends one here. */
const leaseMs = 30_000;

/**
 * How each kind of action comes out of its worker's death: what the platform saw of it, by when in the call that
 * was. Whoever cannot find out leaves the question to a person, and does not call again.
 */
const outcomes = {
  AFTER: [
    ['ledger.keyed', 'SUCCEEDED', ['APPLIED', 'REPLAYED']],
    ['ledger.marked', 'SUCCEEDED', ['APPLIED']],
    ['ledger.versioned', 'SUCCEEDED', ['APPLIED']],
    ['ledger.unmarked', 'NEEDS_ATTENTION', ['APPLIED']],
  ],
  BEFORE: [
    ['ledger.keyed', 'SUCCEEDED', ['APPLIED']],
    ['ledger.marked', 'SUCCEEDED', ['APPLIED']],
    ['ledger.versioned', 'SUCCEEDED', ['APPLIED']],
    ['ledger.unmarked', 'NEEDS_ATTENTION', []],
  ],
} as const;

type Expected = (typeof outcomes)[keyof typeof outcomes][number];

/** A worker is in the middle of a call of each type to the platform, which has acted by then or has not. */
const callsMidway = async (world: World, when: keyof typeof outcomes, given: Partial<TaskInput> = {}) => {
  const expected: readonly Expected[] = outcomes[when];
  await world.ledger.behaves({ failures: [{ kind: 'HANG', when, times: expected.length }] });
  const resources = expected.map(() => aResource());
  const tasks = await world.agent.submitsMany(
    expected.map(([type], place) => anEffect(type, resources[place] ?? '', given)),
  );
  await world.ledger.hasFailedAsPlanned();
  return tasks.map((task, place) => ({
    task,
    when,
    resource: resources[place] ?? '',
    expected: expected[place] ?? outcomes.AFTER[0],
  }));
};

/** Whether somebody waits for the lock on a task. */
const claimsWaiting = async ({ owner }: World): Promise<boolean> => {
  const waiting = await owner.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
       AND query LIKE '%FROM task %FOR NO KEY UPDATE%'`,
  );
  return waiting.length > 0;
};

describe.each(backends)('a worker killed in the middle of its steps, on %s', (backend) => {
  test('another one resumes what can be known, and a person is asked about the rest', async () => {
    await using world = await createWorld({
      backend,
      leaseMs,
      background: 'KEEPERS',
      ledger: { honoursKeys: true },
    });
    const first = await world.startsWorker();
    const calls = [...(await callsMidway(world, 'AFTER')), ...(await callsMidway(world, 'BEFORE'))];
    await first.kill();
    for (const { task } of calls) expect(await world.now(task)).toMatchObject({ status: 'RUNNING' });
    world.begins('ALL');
    for (const { task, when, resource, expected } of calls) {
      const [type, status, seen] = expected;
      const ended = await world.reaches(task, status);
      const entries = world.ledger.entriesOf(resource).map(({ outcome }) => outcome);
      expect([type, when, entries]).toEqual([type, when, seen]);
      if (status === 'NEEDS_ATTENTION') {
        expect(ended.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
        continue;
      }
      const attempts = ofType(await world.historyOf(task), 'step.started');
      expect([type, attempts.map(({ data }) => [data.attempt, data.fence])]).toEqual([
        type,
        [
          [1, 1],
          [2, 2],
        ],
      ]);
      expect(attempts[1]?.data.worker).not.toBe(first.name);
    }
  });

  test('a worker that dies with a job in hand, before it claimed the step, holds nobody up for long', async () => {
    await using world = await createWorld({ backend, leaseMs: 3_000, background: 'KEEPERS' });
    const task = await world.agent.submits(anErrand());
    const release = Promise.withResolvers<void>();
    const held = world.owner.transaction(async (tx) => {
      // A worker may take longer to start than a transaction may stand still.
      await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      await tx.query('SELECT 1 FROM task WHERE id = $1 FOR UPDATE', [task.id]);
      await release.promise;
    });
    const first = await world.startsWorker();
    await until(
      async () => (await claimsWaiting(world)) || undefined,
      () => 'the worker did not try to claim the step',
    );
    await first.kill();
    release.resolve();
    await held;
    const diedAt = performance.now();
    world.begins('ALL');
    await world.reaches(task, 'SUCCEEDED');
    expect(performance.now() - diedAt).toBeLessThan(30_000);
  });
});

test('in the last attempt that it may make, another one looks what came of it, and calls nothing', async () => {
  await using world = await createWorld({ leaseMs, background: 'KEEPERS', ledger: { honoursKeys: true } });
  const first = await world.startsWorker();
  const given = { retry: { maxRetries: 0 } };
  const calls = [
    ...(await callsMidway(world, 'AFTER', given)),
    ...(await callsMidway(world, 'BEFORE', given)),
  ];
  await first.kill();
  world.begins('ALL');
  const made = { AFTER: 'SUCCEEDED', BEFORE: 'FAILED' } as const;
  for (const { task, when, resource, expected } of calls) {
    const [type] = expected;
    const isFound = type === 'ledger.marked' || type === 'ledger.versioned';
    await world.reaches(task, isFound ? made[when] : 'NEEDS_ATTENTION');
    const entries = world.ledger.entriesOf(resource).map(({ outcome }) => outcome);
    expect([type, when, entries]).toEqual([type, when, when === 'AFTER' ? ['APPLIED'] : []]);
  }
});

test('workers that die while they look for an earlier effect use up none of its attempts', async () => {
  await using world = await createWorld({ leaseMs, background: 'KEEPERS' });
  const first = await world.startsWorker();
  await world.ledger.behaves({ failures: [{ kind: 'HANG', when: 'BEFORE', times: 2 }] });
  const types = ['ledger.marked', 'ledger.versioned'] as const;
  const resources = types.map(() => aResource());
  const tasks = await world.agent.submitsMany(
    types.map((type, place) => anEffect(type, resources[place] ?? '', { retry: { maxRetries: 1 } })),
  );
  await world.ledger.hasFailedAsPlanned();
  await first.kill();
  for (let lost = 1; lost <= 3; lost += 1) {
    await world.ledger.behaves({ unansweredLooks: types.length });
    const next = await world.startsWorker();
    await world.ledger.hasFailedAsPlanned();
    await next.kill();
  }
  world.begins('ALL');
  await world.allReach(tasks, 'SUCCEEDED');
  for (const task of tasks) {
    const started = ofType(await world.historyOf(task), 'step.started');
    expect(started.map(({ data }) => data.attempt)).toEqual([1, 2, 2, 2, 2]);
  }
  for (const resource of resources)
    expect(world.ledger.entriesOf(resource).map(({ outcome }) => outcome)).toEqual(['APPLIED']);
});
