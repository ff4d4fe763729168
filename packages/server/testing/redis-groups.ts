import { Redis } from 'ioredis';
import type { RedisServers } from '../src/infra/queue/redis-client.ts';
import { startRedis, type RedisServer } from './redis-server.ts';
import { until } from './until.ts';

export interface RedisGroup extends AsyncDisposable {
  readonly servers: RedisServers;
  /** The server that has what a key of this queue holds. */
  holderOf(key: string): Promise<RedisServer>;
}

const name = 'countersign';
const commanding = async <Answer>(server: RedisServer, ask: (redis: Redis) => Promise<Answer>) => {
  const redis = new Redis(server.url, { lazyConnect: true, retryStrategy: null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
};

/** A primary, its replica, and three sentinels that take the other one when two of them miss the first for three seconds. */
export const startSentinels = async (): Promise<RedisGroup> => {
  await using starting = new AsyncDisposableStack();
  const use = async (...options: Parameters<typeof startRedis>) => starting.use(await startRedis(...options));
  const first = await use();
  const second = await use({ settings: ['--replicaof', '127.0.0.1', String(first.port)] });
  const sentinel = [
    `sentinel monitor ${name} 127.0.0.1 ${first.port} 2`,
    `sentinel down-after-milliseconds ${name} 3000`,
    `sentinel failover-timeout ${name} 12000`,
  ].join('\n');
  const sentinels = [await use({ sentinel }), await use({ sentinel }), await use({ sentinel })];
  // One that was kept from its processor for two seconds would do nothing for half a minute (Redis 7 and later).
  for (const each of sentinels)
    await commanding(each, (redis) => redis.call('SENTINEL', 'DEBUG', 'tilt-trigger', '60000')).catch(
      () => undefined,
    );
  const ask = <Answer>(...words: [string, ...string[]]) =>
    commanding(sentinels[0] ?? first, (redis) => redis.call('SENTINEL', ...words) as Promise<Answer>);
  await until(
    async () => {
      const [replicas, others] = await Promise.all([
        ask<unknown[]>('replicas', name),
        ask<unknown[]>('sentinels', name),
      ]);
      return replicas.length === 1 && others.length === 2 ? true : undefined;
    },
    () => 'the sentinels do not know each other',
  );
  const running = starting.move();
  return {
    servers: { url: `redis://${name}`, sentinelUrls: sentinels.map(({ url }) => url) },
    async holderOf() {
      const [, port] = await ask<string[]>('get-master-addr-by-name', name);
      return Number(port) === first.port ? first : second;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const slotCount = 16_384;

/** Three primaries with a replica each. */
export const startCluster = async (): Promise<RedisGroup> => {
  await using starting = new AsyncDisposableStack();
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const nodes = await Promise.all(Array.from({ length: 6 }, () => startRedis({ settings })));
  nodes.forEach((node) => starting.use(node));
  const [first] = nodes;
  if (!first) throw new Error('There is no node.');
  for (const node of nodes.slice(1))
    await commanding(first, (redis) => redis.cluster('MEET', '127.0.0.1', node.port));
  await Promise.all(
    [0, 1, 2].map((at) =>
      commanding(nodes[at] ?? first, (redis) =>
        redis.cluster(
          'ADDSLOTSRANGE',
          Math.floor((slotCount * at) / 3),
          Math.floor((slotCount * (at + 1)) / 3) - 1,
        ),
      ),
    ),
  );
  for (const at of [0, 1, 2]) {
    const id = await commanding(nodes[at] ?? first, (redis) => redis.cluster('MYID'));
    await until(
      () =>
        commanding(nodes[at + 3] ?? first, (redis) => redis.cluster('REPLICATE', id)).then(
          () => true,
          () => undefined,
        ),
      () => 'a node does not know its primary',
    );
  }
  const shards = (node: RedisServer) => commanding(node, (redis) => redis.cluster('SLOTS'));
  await until(
    async () => {
      const each = await Promise.all(nodes.map(shards));
      // Each range with the one that has it, and its replica.
      return each.every((ranges) => ranges.length === 3 && ranges.every((range) => range.length === 4))
        ? true
        : undefined;
    },
    () => 'the nodes do not agree',
  );
  const running = starting.move();
  return {
    servers: { url: first.url, clusterUrls: nodes.slice(1).map(({ url }) => url) },
    async holderOf(key) {
      const alive = await Promise.any(
        nodes.map(async (node) => commanding(node, async (redis) => (await redis.ping(), node))),
      );
      const slot = await commanding(alive, (redis) => redis.cluster('KEYSLOT', key));
      const range = (await shards(alive)).find(([from, to]) => from <= slot && slot <= to);
      const holder = nodes.find(({ port }) => port === range?.[2]?.[1]);
      if (!holder) throw new Error('No node has this key.');
      return holder;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
