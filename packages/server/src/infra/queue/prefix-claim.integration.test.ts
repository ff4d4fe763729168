import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startRedis, type RedisServer } from '../../../testing/redis-server.ts';
import { until } from '../../../testing/until.ts';
import { createLogger } from '../logger.ts';
import { createLaneQueue, defaultLanes, type LaneQueue } from './lane-queue.ts';

let redis: RedisServer;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  redis = stack.use(await startRedis());
});
afterEach(() => stack.disposeAsync());

const silent = createLogger({ level: 'silent' });
const open = (installation: string, { prefix = 'test', logger = silent } = {}): Promise<LaneQueue> =>
  createLaneQueue({
    backend: { kind: 'redis', url: redis.url },
    prefix,
    installation,
    lanes: defaultLanes,
    logger,
  });
const connect = (): Redis => stack.adopt(new Redis(redis.url), (client) => client.disconnect());

test('an installation with the queue.prefix of another that is at work is refused', async () => {
  stack.use(await open('one'));
  await expect(open('two')).rejects.toThrow(
    `Another installation uses Redis at 127.0.0.1:${redis.port} with the same queue.prefix, test: give one of them a queue.prefix of its own.`,
  );
  stack.use(await open('one'));
  stack.use(await open('two', { prefix: 'other' }));
});

test('the prefix of an installation that is gone is free once its time has run out', async () => {
  const gone = await open('one');
  await gone[Symbol.asyncDispose]();
  const client = connect();
  const [key = ''] = await client.keys('*installation');
  const left = await client.pttl(key);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(30_000);
  // Nobody says anything of it any more, or it would not come to its end.
  await client.pexpire(key, 1_000);
  stack.use(await open('two'));
  expect(await client.get(key)).toBe('two');
});

test('whoever is at work tells that another installation took its prefix, while Redis had forgotten it', async () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'error', destination: { write: (line) => void lines.push(line) } });
  stack.use(await open('one', { logger }));
  const client = connect();
  const [key = ''] = await client.keys('*installation');
  await client.set(key, 'two');
  await until(
    () => lines.join('').includes('Another installation uses Redis') || undefined,
    () => `it said: ${lines.join('')}`,
  );
});
