import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createChaos, sized } from '../../testing/chaos.ts';
import { startRedis } from '../../testing/redis-server.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';

const amnesias = sized(6, 50);
/** A second node costs every change more than it shows. */
const isLong = sized(false, true);
const timeoutMs = sized(300_000, 3_600_000);
const resourcesOf = (count: number): string[] => Array.from({ length: count }, aResource);
const once = (resources: readonly string[]) => new Map(resources.map((resource) => [resource, 1]));

/** Slow enough that most of the work still waits in the queue while chance strikes. */
const busyWorld = (options: object): Promise<World> =>
  createWorld({
    leaseMs: 1_500,
    lanes: { HIGH: { slots: 4 }, NORMAL: { slots: 4 }, LOW: { slots: 4 } },
    ledger: { latencyMs: sized(200, 100) },
    ...options,
  });

/** Makes the queue's server forget everything it holds. */
const forgetting = async (world: World, redisUrl: string): Promise<() => Promise<void>> => {
  if (world.config.queue.redis !== null) {
    return async () => {
      const client = new Redis(redisUrl);
      await client.flushall();
      client.disconnect();
    };
  }
  const tables = await world.owner.query<{ name: string }>(
    `SELECT format('bullmq.%I', tablename) AS name FROM pg_tables
     WHERE schemaname = 'bullmq' AND tablename NOT LIKE '%migration%'`,
  );
  expect(tables.length).toBeGreaterThan(0);
  const wipe = `TRUNCATE ${tables.map(({ name }) => name).join(', ')}`;
  return () => insist(() => world.owner.query(wipe));
};

/** The queue locks its tables in orders of its own: where PostgreSQL makes us give way, we come again. */
const insist = (wipe: () => Promise<unknown>): Promise<void> =>
  until(
    async () => {
      try {
        await wipe();
        return null;
      } catch (error) {
        if (isDeadlock(error)) return undefined;
        throw error;
      }
    },
    () => 'every attempt to wipe the queue met a deadlock',
  ).then(() => undefined);

const isDeadlock = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '40P01';

const countQueued = async ({ owner }: World): Promise<number> =>
  (await owner.query(`SELECT 1 FROM task WHERE status = 'QUEUED'`)).length;

test.each(backends)(
  'a queue on %s that forgets everything again and again loses nothing',
  async (backend) => {
    const chaos = createChaos(`queue amnesia on ${backend}`);
    await using redis = await startRedis();
    await using world = await busyWorld({ backend, redisUrl: redis.url });
    const forget = await forgetting(world, redis.url);
    if (isLong) await world.startsWorker();
    const resources = resourcesOf(sized(100, 2_400));
    const tasks = await world.agent.submitsMany(
      resources.map((resource) =>
        anEffect('ledger.keyed', resource, { priority: chaos.pick(['HIGH', 'NORMAL', 'NORMAL', 'LOW']) }),
      ),
    );
    let forgotten = 0;
    for (let round = 0; round < amnesias; round += 1) {
      await chaos.moment(20, 400);
      forgotten += await countQueued(world);
      await forget();
    }
    expect(forgotten).toBeGreaterThan(resources.length);
    await world.allReach(tasks, 'SUCCEEDED');
    expect(world.ledger.effects()).toEqual(once(resources));
  },
  timeoutMs,
);

test(
  'Redis killed and started again delays the work and loses none; submitting needs no Redis',
  async () => {
    const chaos = createChaos('Redis killed');
    await using redis = await startRedis();
    await using world = await busyWorld({ backend: 'redis', redisUrl: redis.url });
    if (isLong) await world.startsWorker();
    const resources = resourcesOf(sized(70, 150));
    const [first, second] = [resources.length - 40, resources.length - 20];
    const submit = async (some: readonly string[]) =>
      world.agent.submitsMany(some.map((resource) => anEffect('ledger.keyed', resource)));
    const tasks = await submit(resources.slice(0, first));
    for (const part of [resources.slice(first, second), resources.slice(second)]) {
      await chaos.moment(20, 400);
      await redis.kill();
      tasks.push(...(await submit(part)));
      await chaos.moment(20, 400);
      await redis.start();
    }
    await world.allReach(tasks, 'SUCCEEDED');
    expect(world.ledger.effects()).toEqual(once(resources));
  },
  timeoutMs,
);
