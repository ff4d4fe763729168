import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TaskStatus } from '@countersign/shared';
import { expect, test } from 'vitest';
import { createNoopExecutor } from '../../testing/executors/noop-executor.ts';
import { aResource, anEffect, anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld } from '../../testing/world.ts';

const slots = 2;

test.each(backends)(
  'CRITICAL work on %s starts at once while NORMAL is saturated, and LOW is not starved',
  async (backend) => {
    await using world = await createWorld({
      backend,
      lanes: { NORMAL: { slots }, LOW: { slots: 1 }, CRITICAL: { slots: 1 } },
    });
    const normal = await world.agent.submitsMany(
      Array.from({ length: 40 }, () => anErrand({ delayMs: 2_000 })),
    );
    const normalThatAre = async (status: TaskStatus) =>
      (await Promise.all(normal.map((task) => world.now(task)))).filter((task) => task.status === status);
    const low = await world.agent.submits(anErrand({}, { priority: 'LOW' }));
    await until(
      async () => (await normalThatAre('RUNNING')).length === slots || undefined,
      () => 'NORMAL work does not fill its slots',
    );
    const submittedAt = performance.now();
    const critical = await world.operator.submits(anErrand({}, { priority: 'CRITICAL' }));
    await world.reaches(critical, 'SUCCEEDED');
    // Forty seconds of NORMAL work lie before it in time, none of it in its way.
    expect(performance.now() - submittedAt).toBeLessThan(10_000);
    await world.reaches(low, 'SUCCEEDED');
    const waiting = await normalThatAre('QUEUED');
    expect(waiting.length).toBeGreaterThan(20);
    await Promise.all(waiting.map((task) => world.agent.cancels(task)));
  },
);

test('LOW starts within its bound at a platform that CRITICAL never leaves alone', async () => {
  const waitBoundMs = 10_000;
  await using world = await createWorld({
    ledger: { latencyMs: 100 },
    guards: { ledger: { bulkhead: { concurrent: 1, queued: 256 } } },
    lanes: { LOW: { waitBoundMs } },
  });
  const effect = (priority: string) => anEffect('ledger.keyed', aResource(), { priority });
  let isOver = false;
  const neverStops = async (): Promise<void> => {
    while (!isOver) await world.reaches(await world.operator.submits(effect('CRITICAL')), 'SUCCEEDED');
  };
  const critical = Array.from({ length: 12 }, neverStops);
  await until(
    () => Promise.resolve(world.ledger.entries().length > 5 || undefined),
    () => 'CRITICAL work has not begun',
  );
  const low = await world.agent.submitsMany(Array.from({ length: 3 }, () => effect('LOW')));
  await world.allReach(low, 'SUCCEEDED');
  isOver = true;
  await Promise.all(critical);
  const waits = await world.owner.query<{ ms: number }>(
    `SELECT date_part('epoch', started_at - ready_at) * 1000 AS ms FROM step WHERE lane = 'LOW'`,
  );
  expect(Math.max(...waits.map(({ ms }) => ms))).toBeLessThan(waitBoundMs);
});

/** Of the time that the work takes, the longest part in which nothing else of this process had its turn. */
const longestHold = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  let isOver = false;
  let longestMs = 0;
  const working = work().finally(() => {
    isOver = true;
  });
  for (let since = startedAt; !isOver;) {
    await nextTurn();
    const now = performance.now();
    longestMs = Math.max(longestMs, now - since);
    since = now;
  }
  await working;
  return longestMs / (performance.now() - startedAt);
};

test('500 submissions at once leave everybody else a turn', async () => {
  await using world = await createWorld({ background: 'NONE' });
  const shares: number[] = [];
  for (let round = 0; round < 6; round += 1)
    shares.push(
      await longestHold(() => world.agent.submitsMany(Array.from({ length: 500 }, () => anErrand()))),
    );
  // Planned in one go they hold a quarter of it at the very least; of several rounds, one is undisturbed.
  expect(Math.min(...shares)).toBeLessThan(0.18);
});

test('500 submissions at once do not fill the line of the platform that they are planned with', async () => {
  const noop = createNoopExecutor();
  const slowlyPlanned: typeof noop = {
    ...noop,
    traits: { ...noop.traits, name: 'narrow.run', platform: 'slow' },
    async plan(input, context) {
      await nextTurn();
      return noop.plan(input, context);
    },
  };
  await using world = await createWorld({
    background: 'NONE',
    moreExecutors: [slowlyPlanned],
    guards: { slow: { bulkhead: { concurrent: 2, queued: 20 } } },
  });
  const tasks = Array.from({ length: 500 }, () => ({
    goal: 'Be planned',
    actions: [{ type: 'narrow.run', params: {} }],
  }));
  expect(await world.agent.submitsMany(tasks)).toHaveLength(500);
});

test.each(backends)(
  'the first task of one does not wait for the hundreds that another submitted before, on %s',
  async (backend) => {
    await using world = await createWorld({
      backend,
      ledger: { latencyMs: 50 },
      lanes: { NORMAL: { slots: 8 } },
    });
    const crowd = await world.agent.submitsMany(
      Array.from({ length: 400 }, () => anEffect('ledger.keyed', aResource())),
    );
    const called = (): string[] => world.ledger.entries().map(({ resource }) => resource);
    const before = called().length;
    const resource = aResource();
    await world.reaches(await world.operator.submits(anEffect('ledger.keyed', resource)), 'SUCCEEDED');
    // What was in a slot or about to be, and what began while the task was stored.
    expect(called().indexOf(resource) - before).toBeLessThan(100);
    await Promise.all(crowd.map((task) => world.agent.cancels(task)));
  },
  120_000,
);

test.each(backends)(
  'steps for which one worker has no room begin as soon as another has some, on %s',
  async (backend) => {
    await using world = await createWorld({ backend, lanes: { NORMAL: { slots } } });
    // Longer than anybody waits here.
    const tasks = await world.agent.submitsMany(
      Array.from({ length: 2 * slots }, () => anErrand({ delayMs: 60_000 })),
    );
    const shelved = () =>
      world.owner.query<{ id: string; due: Date }>(
        'SELECT step_id AS id, due_at AS due FROM outbox WHERE is_shelved',
      );
    const before = await until(
      async () => {
        const rows = await shelved();
        return rows.length === slots ? rows : undefined;
      },
      () => 'nothing was laid aside',
    );
    await world.startsWorker();
    const startsOf = () =>
      world.owner.query<{ id: string; at: Date | null }>('SELECT id, started_at AS at FROM step');
    const starts = await until(
      async () => {
        const rows = await startsOf();
        return rows.every(({ at }) => at !== null) ? rows : undefined;
      },
      () => 'some have not begun',
      { timeoutMs: 60_000 },
    );
    // Before they would have come again by themselves.
    for (const { id, due } of before)
      expect(starts.find((step) => step.id === id)?.at?.getTime()).toBeLessThan(due.getTime());
    await Promise.all(tasks.map((task) => world.agent.cancels(task)));
  },
  120_000,
);
