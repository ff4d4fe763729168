import type { TaskStatus } from '@countersign/shared';
import { expect, test } from 'vitest';
import { anErrand } from '../../testing/task-inputs.ts';
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
      Array.from({ length: 40 }, () => anErrand({ delayMs: 400 })),
    );
    const normalThatAre = async (status: TaskStatus) =>
      (await Promise.all(normal.map((task) => world.now(task)))).filter((task) => task.status === status);
    const low = await world.agent.submits(anErrand({}, { priority: 'LOW' }));
    await until(
      async () => (await normalThatAre('RUNNING')).length === slots || undefined,
      () => 'NORMAL work does not fill its slots',
    );
    const submittedAt = performance.now();
    const critical = await world.agent.submits(anErrand({}, { priority: 'CRITICAL' }));
    await world.reaches(critical, 'SUCCEEDED');
    // Eight seconds of NORMAL work lie before it in time, none of it in its way.
    expect(performance.now() - submittedAt).toBeLessThan(2_000);
    await world.reaches(low, 'SUCCEEDED');
    const waiting = await normalThatAre('QUEUED');
    expect(waiting.length).toBeGreaterThan(20);
    await Promise.all(waiting.map((task) => world.agent.cancels(task)));
  },
);
