import { ofType } from '../../testing/events.ts';
import { expect, test } from 'vitest';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';

const attemptsOf = async (world: World, task: Task): Promise<unknown[]> =>
  ofType(await world.historyOf(task), 'step.started').map(({ data }) => data.worker);

/** The connections whose locks say that their workers live. */
const presentWorkers = async ({ owner }: World): Promise<number[]> => {
  const rows = await owner.query<{ pid: number }>(
    `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND datname = current_database()
       AND application_name = 'countersign leases'`,
  );
  return rows.map(({ pid }) => pid);
};

test('a worker that died is found in seconds, however long its leases are', async () => {
  await using world = await createWorld({
    background: 'KEEPERS',
    leaseMs: 60_000,
    ledger: { failures: [{ kind: 'HANG', when: 'AFTER' }] },
  });
  const first = await world.startsWorker();
  const task = await world.agent.submits(anEffect('ledger.keyed', aResource()));
  await world.ledger.hasFailedAsPlanned();
  const second = await world.startsWorker();
  await first.kill();
  const diedAt = performance.now();
  await until(
    async () => (await attemptsOf(world, task)).length === 2 || undefined,
    () => 'nobody took its step up',
  );
  // Some three seconds on a machine that has time for it.
  expect(performance.now() - diedAt).toBeLessThan(8_000);
  expect(await attemptsOf(world, task)).toEqual([first.name, second.name]);
  await world.reaches(task, 'SUCCEEDED');
});

test.each([
  ...backends.map((backend) => ({ backend, queue: 'holds it' })),
  // As if nobody had put it there: what is free here begins without the queue.
  { backend: 'postgres' as const, queue: 'knows nothing of it' },
])('what waited in its slots is handed on as soon, where $backend $queue', async ({ backend, queue }) => {
  await using world = await createWorld({
    backend,
    background: 'KEEPERS',
    leaseMs: 60_000,
    reconcileEveryMs: 60_000,
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
    async () => {
      const { lanes } = await world.services.queue.state();
      return lanes.some(({ active }) => active === 4) || undefined;
    },
    () => 'they were not in slots',
  );
  if (queue === 'knows nothing of it') await world.owner.query('DELETE FROM bullmq.job');
  await world.startsWorker();
  await first.kill();
  const diedAt = performance.now();
  await world.allReach([called, ...waiting], 'SUCCEEDED');
  expect(performance.now() - diedAt).toBeLessThan(8_000);
});

test('a worker whose connections break is not taken for dead', async () => {
  await using world = await createWorld({
    background: 'KEEPERS',
    leaseMs: 60_000,
    ledger: { latencyMs: 5_000 },
  });
  const worker = await world.startsWorker();
  const task = await world.agent.submits(anEffect('ledger.unmarked', aResource()));
  await world.reaches(task, 'RUNNING');
  await world.startsWorker();
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
  const leaseMs = 1_500;
  await using world = await createWorld({
    background: 'KEEPERS',
    leaseMs,
    ledger: { latencyMs: 3_000 },
  });
  const worker = await world.startsWorker();
  const task = await world.agent.submits(anEffect('ledger.unmarked', aResource()));
  await world.reaches(task, 'RUNNING');
  const busy = await world.agent.submits({
    goal: 'Keep everybody waiting',
    actions: [{ type: 'hog.run', params: { forMs: 4 * leaseMs } }],
  });
  await world.reaches(busy, 'RUNNING');
  // Who would take over what looks abandoned.
  await world.startsWorker();
  await world.allReach([busy, task], 'SUCCEEDED');
  expect(await attemptsOf(world, task)).toEqual([worker.name]);
  expect(await attemptsOf(world, busy)).toEqual([worker.name]);
});
