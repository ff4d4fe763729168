import { expect, test } from 'vitest';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld } from '../../testing/world.ts';

/** As many as the platform takes in a window: the repeats are beyond it. */
const calls = 36;

test.each(backends)(
  'a clock that is set back while a breaker is open and a rate is used up parks nobody, on %s',
  async (backend) => {
    await using world = await createWorld({
      backend,
      background: 'KEEPERS',
      ledger: { failures: [{ kind: 'STATUS', status: 429, when: 'BEFORE', times: 3 }] },
      guards: {
        ledger: { rate: { limit: calls, windowMs: 3_000 }, breaker: { opensAt: 2, probeAfterMs: 3_000 } },
      },
    });
    const worker = await world.startsWorker({ hasJumpingClock: true });
    const resources = Array.from({ length: calls }, aResource);
    const retry = { maxRetries: 5, initialDelayMs: 500, maxDelayMs: 500 };
    const tasks = await world.agent.submitsMany(
      resources.map((resource) => anEffect('ledger.keyed', resource, { retry })),
    );
    await until(
      async () => {
        const held = await world.owner.query(`SELECT 1 FROM event WHERE type = 'step.held'`);
        return held.length > 0 || undefined;
      },
      () => 'no breaker opened',
    );
    await worker.jumps();
    const startedAt = performance.now();
    await world.allReach(tasks, 'SUCCEEDED');
    expect(performance.now() - startedAt).toBeLessThan(100_000);
    expect(world.ledger.effects()).toEqual(new Map(resources.map((resource) => [resource, 1])));
  },
  300_000,
);
