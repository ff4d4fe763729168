import { ofType } from '../../testing/events.ts';
import { expect, test } from 'vitest';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import { stepJob } from '../modules/execution/jobs/step.ts';

/** So long that nobody waits for it here. */
const leaseMs = 60_000;
/** Some three seconds on a machine that has time for it, and a fraction of a lease on any. */
const longBeforeMs = 30_000;

const attemptsOf = async (world: World, task: Task): Promise<unknown[]> =>
  ofType(await world.historyOf(task), 'step.started').map(({ data }) => data.worker);

/** As the queue knows it: what a worker begins without it, as it may the first step here, is in no lane. */
const areInSlotsOf = async (world: World, worker: string, tasks: readonly Task[]): Promise<boolean> => {
  const steps = await world.owner.query<{ id: string }>('SELECT id FROM step WHERE task_id = ANY($1)', [
    tasks.map(({ id }) => id),
  ]);
  const taken = await world.services.queue.findTakenBy(stepJob, [worker]);
  const inSlots = new Set(taken.map(({ stepId }) => stepId));
  return steps.length === tasks.length && steps.every(({ id }) => inSlots.has(id));
};

/** The connections whose locks say that their workers live. */
const presentWorkers = async ({ owner }: World): Promise<number[]> => {
  const rows = await owner.query<{ pid: number }>(
    `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND datname = current_database()
       AND application_name = 'countersign leases'`,
  );
  return rows.map(({ pid }) => pid);
};

test.each([
  ...backends.map((backend) => ({ backend, queue: 'holds it' })),
  // As if nobody had put it there: what is free here begins without the queue.
  { backend: 'postgres' as const, queue: 'knows nothing of it' },
])(
  'a worker that died is found in seconds, and what waited in its slots is handed on, where $backend $queue',
  async ({ backend, queue }) => {
    await using world = await createWorld({
      backend,
      background: 'KEEPERS',
      leaseMs,
      reconcileEveryMs: leaseMs,
      guards: { ledger: { bulkhead: { concurrent: 1, queued: 10 } } },
      ledger: { failures: [{ kind: 'HANG', when: 'AFTER' }] },
    });
    const first = await world.startsWorker();
    const called = await world.agent.submits(anEffect('ledger.keyed', aResource()));
    await world.ledger.hasFailedAsPlanned();
    const waiting = await world.agent.submitsMany(
      Array.from({ length: 3 }, () => anEffect('ledger.keyed', aResource())),
    );
    await until(
      async () => (await areInSlotsOf(world, first.name, waiting)) || undefined,
      () => 'they were not in slots',
    );
    if (queue === 'knows nothing of it') await world.owner.query('DELETE FROM bullmq.job');
    world.begins('ALL');
    await first.kill();
    const diedAt = performance.now();
    await world.allReach([called, ...waiting], 'SUCCEEDED');
    expect(performance.now() - diedAt).toBeLessThan(longBeforeMs);
    expect(await attemptsOf(world, called)).toEqual([first.name, expect.not.stringMatching(first.name)]);
  },
);

test('a worker whose connections break is not taken for dead', async () => {
  await using world = await createWorld({
    background: 'KEEPERS',
    leaseMs,
    ledger: { latencyMs: 5_000 },
  });
  const worker = await world.startsWorker();
  const task = await world.agent.submits(anEffect('ledger.unmarked', aResource()));
  await world.reaches(task, 'RUNNING');
  world.begins('ALL');
  const bothPresent = async (others: readonly number[]) => {
    const now = await presentWorkers(world);
    return (now.length === 2 && !now.some((pid) => others.includes(pid))) || undefined;
  };
  await until(
    () => bothPresent([]),
    () => 'the second worker was not there',
  );
  for (let round = 0; round < 3; round += 1) {
    const before = await presentWorkers(world);
    await world.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'countersign%' AND pid <> pg_backend_pid()`,
    );
    await until(
      () => bothPresent(before),
      () => 'the workers did not come back',
    );
  }
  await world.reaches(task, 'SUCCEEDED');
  expect(await attemptsOf(world, task)).toEqual([worker.name]);
});

test('a process that is busy for longer than a lease keeps its leases: a call in flight is heard out', async () => {
  const shortLeaseMs = 1_500;
  await using world = await createWorld({
    background: 'KEEPERS',
    leaseMs: shortLeaseMs,
    ledger: { latencyMs: 2 * shortLeaseMs },
  });
  const worker = await world.startsWorker();
  const task = await world.agent.submits(anEffect('ledger.unmarked', aResource()));
  await world.reaches(task, 'RUNNING');
  const busy = await world.agent.submits({
    goal: 'Keep everybody waiting',
    actions: [{ type: 'hog.run', params: { forMs: 3 * shortLeaseMs } }],
  });
  await world.reaches(busy, 'RUNNING');
  // Who would take over what looks abandoned.
  world.begins('ALL');
  await world.allReach([busy, task], 'SUCCEEDED');
  expect(await attemptsOf(world, task)).toEqual([worker.name]);
  expect(await attemptsOf(world, busy)).toEqual([worker.name]);
});
