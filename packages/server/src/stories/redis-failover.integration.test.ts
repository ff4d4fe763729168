import { expect, test } from 'vitest';
import { createChaos, sized } from '../../testing/chaos.ts';
import { startCluster, startSentinels } from '../../testing/redis-groups.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld } from '../../testing/world.ts';

const groups = { sentinels: startSentinels, cluster: startCluster };
const ends = ['killed', 'hung'] as const;

test.each(Object.entries(groups).flatMap(([kind, start]) => ends.map((end) => [kind, end, start] as const)))(
  'Redis by %s whose primary is %s goes on with another, and each task has its effect once',
  async (kind, end, start) => {
    const chaos = createChaos(`Redis by ${kind}, ${end}`);
    await using group = await start();
    await using world = await createWorld({
      backend: 'redis',
      redis: group.servers,
      leaseMs: 1_500,
      lanes: { HIGH: { slots: 4 }, NORMAL: { slots: 4 }, LOW: { slots: 4 } },
      ledger: { latencyMs: 100 },
    });
    const resources = Array.from({ length: sized(60, 600) }, aResource);
    const submit = (some: readonly string[]) =>
      world.agent.submitsMany(
        some.map((resource) =>
          anEffect('ledger.keyed', resource, { priority: chaos.pick(['HIGH', 'NORMAL', 'LOW']) }),
        ),
      );
    const half = resources.length / 2;
    const tasks = await submit(resources.slice(0, half));
    const { depth, slots } = await world.services.queue.load('NORMAL');
    expect({ depth, slots }).toEqual({ depth: expect.any(Number) as number, slots: 4 });
    await chaos.moment(20, 400);
    const key = `{${world.config.queue.prefix}-normal}`;
    const holder = await group.holderOf(key);
    if (end === 'killed') await holder.kill();
    else holder.freeze();
    tasks.push(...(await submit(resources.slice(half))));
    // Sentinels that were kept from their processor do nothing for half a minute.
    await until(
      async () => ((await group.holderOf(key)).port === holder.port ? undefined : true),
      () => 'no other took over',
      { timeoutMs: 240_000 },
    );
    await world.allReach(tasks, 'SUCCEEDED');
    expect(world.ledger.effects()).toEqual(new Map(resources.map((resource) => [resource, 1])));
  },
  sized(480_000, 3_600_000),
);
