import { expect, test } from 'vitest';
import { anErrand } from '../../testing/task-inputs.ts';
import { backends, createWorld } from '../../testing/world.ts';

test.each(backends)(
  'CRITICAL work on %s starts at once while NORMAL is saturated, and LOW is not starved',
  async (backend) => {
    await using world = await createWorld({
      backend,
      lanes: { NORMAL: { slots: 2 }, LOW: { slots: 1 }, CRITICAL: { slots: 1 } },
    });
    const normal = await world.agent.submitsMany(
      Array.from({ length: 40 }, () => anErrand({ delayMs: 400 })),
    );
    const low = await world.agent.submits(anErrand({}, { priority: 'LOW' }));
    await world.reaches(normal[1]!, 'RUNNING');
    const submittedAt = performance.now();
    const critical = await world.agent.submits(anErrand({}, { priority: 'CRITICAL' }));
    await world.reaches(critical, 'SUCCEEDED');
    // Ten seconds of NORMAL work lie before it in time, none of it in its way.
    expect(performance.now() - submittedAt).toBeLessThan(2_000);
    await world.reaches(low, 'SUCCEEDED');
    const waiting = (await Promise.all(normal.map((task) => world.now(task)))).filter(
      ({ status }) => status === 'QUEUED',
    );
    expect(waiting.length).toBeGreaterThan(20);
    await Promise.all(waiting.map((task) => world.agent.cancels(task)));
  },
);
