import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, describe, it, vi } from 'vitest';
import { z } from 'zod';
import { freePort } from '@countersign/postgres/free-port';
import { startCuttingProxy } from '../../../testing/cutting-proxy.ts';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { startSentinels } from '../../../testing/redis-groups.ts';
import { startRedis } from '../../../testing/redis-server.ts';
import { createLogger } from '../logger.ts';
import { createLaneQueue, type LaneQueue, type Lanes, type QueueBackendConfig } from './lane-queue.ts';
import { defineJob, runnable, type QueuedJob } from './job.ts';
import { migrateQueue } from './postgres-backend.ts';

const lanes: Lanes = {
  CRITICAL: { slots: 1 },
  HIGH: { slots: 1 },
  NORMAL: { slots: 1 },
  LOW: { slots: 1 },
};
const silent = createLogger({ level: 'silent' });

const open = (backend: QueueBackendConfig, logger = silent): Promise<LaneQueue> =>
  createLaneQueue({ backend, prefix: 'test', installation: 'test', lanes, logger });

const sample = defineJob({
  name: 'sample',
  schema: z.strictObject({}),
  run: (gate: Promise<void>) => gate,
});
const anyJob = (): QueuedJob<object> => ({ id: `${randomUUID()}-0`, lane: 'NORMAL', payload: {} });

const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 10 });

describe('a server that is away', () => {
  it('is told in one sentence, without its password', async () => {
    const port = await freePort();
    await expect(open({ kind: 'redis', url: `redis://:hunter2@127.0.0.1:${port}` })).rejects.toThrow(
      `Redis at 127.0.0.1:${port} cannot be used: nothing listens there.`,
    );
    await expect(
      open({ kind: 'postgres', connectionString: `postgresql://me:hunter2@127.0.0.1:${port}/none` }),
    ).rejects.toThrow(`The database at 127.0.0.1:${port}/none cannot be used: nothing listens there.`);
  });

  it('is told to want another password, or none of us', async () => {
    await using redis = await startRedis();
    const admin = new Redis(redis.url);
    await admin.config('SET', 'requirepass', 'secret');
    admin.disconnect();
    const place = `Redis at 127.0.0.1:${redis.port} cannot be used:`;
    const opening = (url: string) => expect(open({ kind: 'redis', url })).rejects;
    await opening(redis.url).toThrow(`${place} it wants a password.`);
    await opening(`redis://:hunter2@127.0.0.1:${redis.port}`).toThrow(
      `${place} it refuses the user or the password.`,
    );
  });

  it('is told to break the connection off', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      await expect(open({ kind: 'redis', url: `redis://127.0.0.1:${port}` })).rejects.toThrow(
        `Redis at 127.0.0.1:${port} cannot be used: it broke the connection off.`,
      );
    } finally {
      server.close();
    }
  });

  it('is told by sentinels, or by none, and by what is no cluster', async () => {
    await using sentinels = await startSentinels();
    const { sentinelUrls = [] } = sentinels.servers;
    const hosts = sentinelUrls.map((url) => new URL(url).host).join(', ');
    await expect(open({ kind: 'redis', url: 'redis://:hunter2@somebody', sentinelUrls })).rejects.toThrow(
      `Redis at somebody (${hosts}) cannot be used: the sentinels know no primary of this name.`,
    );
    const nowhere = `127.0.0.1:${await freePort()}`;
    await expect(
      open({ kind: 'redis', url: 'redis://countersign', sentinelUrls: [`redis://:hunter2@${nowhere}`] }),
    ).rejects.toThrow(`Redis at countersign (${nowhere}) cannot be used: none of the sentinels answers.`);
    await expect(
      open({ kind: 'redis', url: `redis://${nowhere}`, clusterUrls: [`redis://${nowhere}`] }),
    ).rejects.toThrow(`Redis at ${nowhere} (${nowhere}) cannot be used: none of its nodes answers.`);
    await using single = await startRedis();
    await expect(open({ kind: 'redis', url: single.url, clusterUrls: [single.url] })).rejects.toThrow(
      'cluster support disabled',
    );
  });

  it('fails a producer at once, so that its outbox row stays, and takes the job when it is back', async () => {
    await using redis = await startRedis({ appendOnly: 'always' });
    await using queue = await open({ kind: 'redis', url: redis.url });
    await redis.kill();
    const startedAt = performance.now();
    await expect(queue.add(sample, [anyJob()])).rejects.toThrow();
    await expect(queue.ping()).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await redis.start();
    await until(async () => queue.add(sample, [anyJob()]));
    expect((await queue.state()).lanes[2]?.depth).toBe(1);
  });

  it('warns of a Redis that may lose jobs', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
    await using redis = await startRedis();
    await using queue = await open({ kind: 'redis', url: redis.url }, logger);
    await queue.ping();
    expect(lines.join('')).toContain('set appendonly to yes');
  });

  it.each([
    ['wait', false],
    ['work', true],
  ])('lets workers that %s stop in time after it has gone', async (_, isBusy) => {
    await using redis = await startRedis();
    await using queue = await open({ kind: 'redis', url: redis.url });
    const gate = Promise.withResolvers<void>();
    const workers = queue.work([runnable(sample, gate.promise)]);
    if (isBusy) {
      await queue.add(sample, [anyJob()]);
      await until(() => expect(workers.busySlots('NORMAL')).toBe(1));
    }
    await redis.kill();
    gate.resolve();
    const startedAt = performance.now();
    await workers.close(100);
    await queue[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it('does no harm to workers that lose it while they start', async () => {
    await using database = await createTestDatabase();
    await migrateQueue(database.connectionString);
    const url = new URL(database.connectionString);
    await using proxy = await startCuttingProxy(Number(url.port));
    url.port = String(proxy.port);
    await using queue = await open({ kind: 'postgres', connectionString: url.href });
    const workers = queue.work([runnable(sample, Promise.resolve())]);
    const cutting = setInterval(proxy.cut, 1);
    await sleep(100);
    clearInterval(cutting);
    await until(async () => {
      await queue.add(sample, [anyJob()]);
      expect((await queue.state()).lanes[2]?.depth).toBe(0);
    });
    expect(await workers.close(1_000)).toBe(true);
  });
});
