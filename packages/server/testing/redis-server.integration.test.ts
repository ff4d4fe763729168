import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { sharedRedis } from './redis.ts';
import { startRedis } from './redis-server.ts';

async function withClient<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

it('keeps what it appended when it is killed, and nothing without an append-only file', async () => {
  for (const [appendOnly, kept] of [
    ['always', 'value'],
    ['no', null],
  ] as const) {
    await using server = await startRedis({ appendOnly });
    await withClient(server.url, (redis) => redis.set('key', 'value'));
    await server.kill();
    await server.start();
    expect(await withClient(server.url, (redis) => redis.get('key'))).toBe(kept);
  }
});

it('never evicts, and gives each test a prefix of its own', async () => {
  const { url, prefix } = sharedRedis();
  expect(prefix).not.toBe(sharedRedis().prefix);
  const policy = await withClient(url, (redis) => redis.config('GET', 'maxmemory-policy'));
  expect(policy).toEqual(['maxmemory-policy', 'noeviction']);
});
