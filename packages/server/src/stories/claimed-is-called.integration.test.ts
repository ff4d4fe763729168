import { expect, test } from 'vitest';
import { sized } from '../../testing/chaos.ts';
import { aResource, anEffect, anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';

const places = 8;
/** Many times what is called at once, and on every change no more than shows it. */
const sizes = { inHand: sized(40, 256), stuck: sized(24, 200), inOrder: sized(12, 24) };
/** Of one platform that nobody hears from, as many calls as it may get at once. */
const deaf = { failures: [{ kind: 'HANG', when: 'BEFORE', times: 1_000_000 }] } as const;

const runningOn = async (world: World, platform: string): Promise<number> => {
  const [row] = await world.owner.query<{ count: number }>(
    `SELECT count(*)::int FROM step WHERE platform = $1 AND state = 'RUNNING'`,
    [platform],
  );
  return row?.count ?? 0;
};

test.each(backends)(
  'a worker killed with many steps in hand leaves questions about those alone that it had called, on %s',
  async (backend) => {
    await using world = await createWorld({
      backend,
      // A dead worker is found before that, and one that lives loses none on a busy machine.
      leaseMs: 20_000,
      background: 'KEEPERS',
      ledger: { failures: [...deaf.failures] },
      guards: { ledger: { bulkhead: { concurrent: places, queued: 256 } } },
    });
    const worker = await world.startsWorker();
    const tasks = await world.agent.submitsMany(
      Array.from({ length: sizes.inHand }, () => anEffect('ledger.unmarked', aResource())),
    );
    await until(
      async () => (await world.ledger.calls()) === places || undefined,
      async () => `the platform got ${await world.ledger.calls()} calls`,
    );
    await worker.kill();
    expect(await runningOn(world, 'ledger')).toBe(places);
    await world.ledger.behaves({ failures: [] });
    world.begins('ALL');
    await until(
      async () => {
        const current = await Promise.all(tasks.map((task) => world.now(task)));
        return current.every(({ status }) => status === 'SUCCEEDED' || status === 'NEEDS_ATTENTION')
          ? true
          : undefined;
      },
      () => 'some tasks have not ended',
      { timeoutMs: 180_000 },
    );
    const asked = await world.owner.query(`SELECT id FROM task WHERE status = 'NEEDS_ATTENTION'`);
    expect(asked).toHaveLength(places);
    expect(world.ledger.effects().size).toBe(tasks.length - places);
  },
  300_000,
);

test.each(backends)(
  'a platform that does not answer holds up nobody else in its lane, on %s',
  async (backend) => {
    await using world = await createWorld({
      backend,
      ledger: { failures: [...deaf.failures] },
      lanes: { NORMAL: { slots: 12 } },
      guards: { ledger: { bulkhead: { concurrent: 4, queued: 256 } } },
    });
    const stuck = await world.agent.submitsMany(
      Array.from({ length: sizes.stuck }, () => anEffect('ledger.keyed', aResource())),
    );
    const errands = await world.agent.submitsMany(Array.from({ length: 10 }, () => anErrand()));
    await world.allReach(errands, 'SUCCEEDED');
    expect(await runningOn(world, 'ledger')).toBe(4);
    await Promise.all(stuck.map((task) => world.agent.cancels(task)));
  },
  300_000,
);

test.each(backends)(
  'steps for which there was no room are called back in their order, as places become free, on %s',
  async (backend) => {
    await using world = await createWorld({
      backend,
      ledger: { latencyMs: 400 },
      lanes: { NORMAL: { slots: 4 } },
      guards: { ledger: { bulkhead: { concurrent: 2, queued: 256 } } },
    });
    const resources = Array.from({ length: sizes.inOrder }, aResource);
    const shelved = async (): Promise<number> =>
      (await world.owner.query('SELECT 1 FROM outbox WHERE is_shelved')).length;
    const tasks = [];
    for (const resource of resources)
      tasks.push(await world.agent.submits(anEffect('ledger.keyed', resource)));
    await until(
      async () => (await shelved()) > 0 || undefined,
      () => 'nothing was laid aside',
    );
    const startedAt = performance.now();
    await world.allReach(tasks, 'SUCCEEDED');
    // They do not wait until they come again by themselves.
    expect(performance.now() - startedAt).toBeLessThan(40_000);
    const order = world.ledger.entries().map(({ resource }) => resources.indexOf(resource));
    const overtaken = order.map((place, index) => Math.abs(place - index));
    // Not more than what was in a slot or was looked at when the first was laid aside.
    expect(Math.max(...overtaken)).toBeLessThanOrEqual(6);
  },
  300_000,
);
