import { expect, test } from 'vitest';
import { sized } from '../../testing/chaos.ts';
import { aResource, anEffect, aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld } from '../../testing/world.ts';

const hourMs = 3_600_000;
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
    const worker = await world.startsWorker({ clockJumpMs: -hourMs });
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

test.each(backends)(
  'a clock that is set forth ends no lease, no request and no window before its time, on %s',
  async (backend) => {
    await using world = await createWorld({
      backend,
      background: 'NONE',
      leaseMs: 30_000,
      asking: { expiresInMs: 6_000 },
      lanes: { NORMAL: { slots: 4 } },
      ledger: { latencyMs: 400 },
    });
    // The keepers of both look at the time as well, and one of them has another.
    const ahead = await world.startsWorker({ clockJumpMs: hourMs });
    await world.startsWorker();
    const resources = Array.from({ length: sized(24, 400) }, aResource);
    const tasks = await world.agent.submitsMany(
      resources.map((resource) => anEffect('ledger.keyed', resource)),
    );
    const asked = await world.agent.submits(aRiskyTask());
    for (let jump = 0; jump < sized(3, 40); jump += 1) {
      const before = world.ledger.entries().length;
      await ahead.jumps();
      // Steps are under way at both, before and after.
      await until(
        () => world.ledger.entries().length > before || before >= resources.length || undefined,
        () => 'nothing goes on',
      );
    }
    await world.allReach(tasks, 'SUCCEEDED');
    expect(world.ledger.effects()).toEqual(new Map(resources.map((resource) => [resource, 1])));
    const again = await world.owner.query('SELECT id FROM step WHERE fence <> 1 AND state = $1', [
      'SUCCEEDED',
    ]);
    expect(again).toEqual([]);

    await world.reaches(asked, 'EXPIRED');
    const [request] = await world.owner.query<{ early: boolean }>(
      'SELECT pg_xact_commit_timestamp(xmin) < expires_at AS early FROM approval_request WHERE task_id = $1',
      [asked.id],
    );
    expect(request).toEqual({ early: false });
    expect(await world.approver.votes('APPROVE', asked)).toMatchObject({ ok: false });
  },
  300_000,
);
