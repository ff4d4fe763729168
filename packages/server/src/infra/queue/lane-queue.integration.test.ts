import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Priority } from '@countersign/shared';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { startRedis } from '../../../testing/redis-server.ts';
import { loginsAt } from '../../../testing/test-logins.ts';
import { createLogger } from '../logger.ts';
import { createLaneQueue, type LaneQueue, type Lanes, type QueueBackendConfig } from './lane-queue.ts';
import { connectToPostgres } from './postgres-backend.ts';
import type { LaneWorkers } from './lane-workers.ts';
import type { QueueBackend } from './queue-backend.ts';
import { defineJob, runnable, type JobCall, type LaneName, type QueuedJob } from './job.ts';
import { connectToRedis } from './redis-backend.ts';

interface Server extends AsyncDisposable {
  readonly config: QueueBackendConfig;
  /** What BullMQ is told by a stranger, past our checks. */
  connect(): Promise<QueueBackend>;
  /** Forgets every job. */
  wipe(): Promise<void>;
  /** Cuts every connection, as a restart does. */
  cut(): Promise<void>;
}

const silent = createLogger({ level: 'silent' });
const ignore = (): void => undefined;

const redisServer = async (): Promise<Server> => {
  const redis = await startRedis();
  return {
    config: { kind: 'redis', url: redis.url },
    connect: () => connectToRedis({ url: redis.url }, silent, ignore),
    async wipe() {
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
    },
    async cut() {
      await redis.kill();
      await redis.start();
    },
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
};

const postgresServer = async (): Promise<Server> => {
  const database = await createTestDatabase();
  const { connectionString } = database;
  const queueUrl = loginsAt(connectionString).queue;
  const run = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  return {
    config: { kind: 'postgres', connectionString: queueUrl },
    connect: () => connectToPostgres(queueUrl, ignore),
    wipe: () => run('TRUNCATE bullmq.job CASCADE'),
    cut: () =>
      run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()`),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
};

const lanesOf = (slots: number): Lanes => ({
  CRITICAL: { slots },
  HIGH: { slots },
  NORMAL: { slots },
  LOW: { slots },
});

const schema = z.strictObject({ stepId: z.string() });
type Payload = z.infer<typeof schema>;
type Handle = (payload: Payload, signal: AbortSignal) => Promise<void>;
const sample = defineJob({
  name: 'sample',
  schema,
  run: (handle: Handle, payload, { signal }: JobCall) => handle(payload, signal),
});
const work = (queue: LaneQueue, handle: Handle): LaneWorkers => queue.work([runnable(sample, handle)]);

const jobFor = (lane: LaneName, stepId: string = randomUUID()): QueuedJob<Payload> => ({
  id: `${stepId}-0`,
  lane,
  payload: { stepId },
});
const many = (count: number, lane: Priority): QueuedJob<Payload>[] =>
  Array.from({ length: count }, () => jobFor(lane));
const steps = (jobs: readonly QueuedJob<Payload>[]): string[] => jobs.map(({ payload }) => payload.stepId);

const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 10 });

describe.each([
  ['Redis', redisServer],
  ['PostgreSQL', postgresServer],
])('lanes on %s', (_, startServer) => {
  let server: Server;
  let open: AsyncDisposableStack;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(() => open.disposeAsync());

  const openQueue = async (
    slots = 8,
    prefix = `test-${randomUUID()}`,
    logger = silent,
  ): Promise<LaneQueue> => {
    open ??= new AsyncDisposableStack();
    if (open.disposed) open = new AsyncDisposableStack();
    return open.use(
      await createLaneQueue({
        backend: server.config,
        prefix,
        installation: 'test',
        lanes: lanesOf(slots),
        logger,
      }),
    );
  };
  /** Runs every job at once and tells which it has run. */
  const record = (queue: LaneQueue): string[] => {
    const ran: string[] = [];
    work(queue, (job) => {
      ran.push(job.stepId);
      return Promise.resolve();
    });
    return ran;
  };

  it('runs a lane in the order of adding, one by one and in bulk', async () => {
    const queue = await openQueue(1);
    const jobs = many(60, 'NORMAL');
    await queue.add(sample, jobs.slice(0, 2));
    await queue.add(sample, jobs.slice(2, 3));
    await queue.add(sample, jobs.slice(3));
    const ran = record(queue);
    await until(() => expect(ran).toEqual(steps(jobs)));
  });

  it('gives every job to one of two worker processes', async () => {
    const prefix = `test-${randomUUID()}`;
    const [first, second] = [await openQueue(8, prefix), await openQueue(8, prefix)];
    const [a, b] = [record(first), record(second)];
    const jobs = (['CRITICAL', 'HIGH', 'NORMAL', 'LOW'] as const).flatMap((lane) => many(100, lane));
    await Promise.all([first.add(sample, jobs.slice(0, 200)), second.add(sample, jobs.slice(200))]);
    await until(() => expect([...a, ...b].toSorted()).toEqual(steps(jobs).toSorted()));
  });

  it('keeps one job where a waiting one is added again, and takes its id anew once it has ended', async () => {
    const queue = await openQueue(1);
    const one = jobFor('HIGH');
    await queue.add(sample, [one]);
    await queue.add(sample, [one, ...many(6, 'LOW')]);
    await queue.add(sample, [one, one, one, one, one, one, one]);
    expect((await queue.state()).lanes.find(({ priority }) => priority === 'HIGH')?.depth).toBe(1);
    const ran = record(queue);
    await until(() => expect(ran).toHaveLength(7));
    await until(async () => expect(await queue.findHeld([one])).toEqual(new Map()));
    await queue.add(sample, [one]);
    await until(() => expect(ran.filter((stepId) => stepId === one.payload.stepId)).toHaveLength(2));
  });

  it('starts a CRITICAL job within 100 ms while every other lane is full', async () => {
    const queue = await openQueue(2);
    const gate = Promise.withResolvers<void>();
    const startedAt = new Map<string, number>();
    let waiting = 0;
    work(queue, async ({ stepId }) => {
      startedAt.set(stepId, performance.now());
      if (stepId.startsWith('urgent')) return;
      waiting += 1;
      await gate.promise;
    });
    await queue.add(
      sample,
      (['HIGH', 'NORMAL', 'LOW'] as const).flatMap((lane) => many(50, lane)),
    );
    await until(() => expect(waiting).toBe(6));
    await until(async () => expect((await queue.state()).utilization).toBe(0.75));

    const waits: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const stepId = `urgent-${round}`;
      const addedAt = performance.now();
      await queue.add(sample, [jobFor('CRITICAL', stepId)]);
      await until(() => expect(startedAt.has(stepId)).toBe(true));
      waits.push((startedAt.get(stepId) ?? Infinity) - addedAt);
    }
    gate.resolve();
    expect(waits.toSorted((a, b) => a - b)[5]).toBeLessThan(100);
    await until(() => expect(startedAt.size).toBe(160));
  });

  it('tells depth, age and place, and what it still holds', async () => {
    const queue = await openQueue(4);
    const jobs = many(20, 'LOW');
    await queue.add(sample, jobs);
    const [first, last] = [jobs[0], jobs[19]];
    if (!first || !last) throw new Error('no jobs');
    await until(async () => {
      const low = (await queue.state()).lanes.find(({ priority }) => priority === 'LOW');
      expect(low).toMatchObject({ depth: 20, active: 0, slots: 4 });
      expect(low?.oldestAgeMs).toBeGreaterThan(0);
    });
    expect(await queue.position(first.id, 'LOW')).toBe(1);
    expect(await queue.position(last.id, 'LOW')).toBe(20);
    expect(await queue.position('nobody-0', 'LOW')).toBeNull();
    expect(await queue.findHeld([first, { id: 'nobody-0', lane: 'LOW' }])).toEqual(
      new Map([[first.id, 'WAITING']]),
    );
    await queue.ping();
  });

  it('counts the slots of every worker process', async () => {
    const prefix = `test-${randomUUID()}`;
    const queues = [await openQueue(3, prefix), await openQueue(3, prefix)];
    queues.forEach(record);
    const reader = await openQueue(3, prefix);
    await until(async () =>
      expect((await reader.state()).lanes.map(({ slots }) => slots)).toEqual([6, 6, 6, 6]),
    );
  }, 30_000);

  it('drops a job of the wrong shape with a warning and goes on', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
    const prefix = `test-${randomUUID()}`;
    const queue = await openQueue(1, prefix, logger);
    const stranger = open.use(await server.connect());
    const forged = stranger.openQueue(`${prefix}-normal`);
    const data = { stepId: 'x', params: { force: true } };
    await forged.add(sample.name, data, { jobId: 'forged-0', removeOnComplete: true });
    const honest = jobFor('NORMAL');
    await queue.add(sample, [honest]);
    const ran = record(queue);
    await until(() => expect(ran).toEqual([honest.payload.stepId]));
    expect(lines.some((line) => line.includes('wrong shape') && line.includes('forged-0'))).toBe(true);
    await forged.close();
  });

  it('drops a job that is not in its catalogue', async () => {
    const queue = await openQueue(1);
    const unknown = { ...sample, name: 'unheard-of' };
    const honest = jobFor('NORMAL');
    await queue.add(unknown, [jobFor('NORMAL')]);
    await queue.add(sample, [honest]);
    const ran = record(queue);
    await until(() => expect(ran).toEqual([honest.payload.stepId]));
  });

  it('keeps background work away from the slots of steps, and steps from its slots', async () => {
    const queue = await openQueue(1);
    const gate = Promise.withResolvers<void>();
    const ran: string[] = [];
    work(queue, async ({ stepId }) => {
      ran.push(stepId);
      await gate.promise;
    });
    await queue.add(sample, many(5, 'NORMAL'));
    const background = ['a', 'b'].map((stepId) => jobFor('BACKGROUND', stepId));
    await queue.add(sample, background);
    await until(() => expect(ran).toHaveLength(3));
    expect(ran).toEqual(expect.arrayContaining(['a', 'b']));
    gate.resolve();
    await until(() => expect(ran).toHaveLength(7));
  });

  it('refuses to send a job of the wrong shape', async () => {
    const queue = await openQueue();
    await expect(queue.add(sample, [{ ...jobFor('LOW'), id: 'a:b' }])).rejects.toThrow();
    const strange = { stepId: 'a', params: { force: true } };
    await expect(queue.add(sample, [{ ...jobFor('LOW'), payload: strange }])).rejects.toThrow();
    expect((await queue.state()).lanes.every(({ depth }) => depth === 0)).toBe(true);
  });

  it('frees the slot of a handler that fails', async () => {
    const queue = await openQueue(1);
    const ran: string[] = [];
    work(queue, ({ stepId }) => {
      ran.push(stepId);
      return Promise.reject(new Error('no luck'));
    });
    const jobs = many(3, 'NORMAL');
    await queue.add(sample, jobs);
    await until(() => expect(ran).toEqual(steps(jobs)));
    await until(async () => expect((await queue.state()).utilization).toBe(0));
  });

  it('survives that everything is wiped while jobs wait and run', async () => {
    const queue = await openQueue(2);
    const gate = Promise.withResolvers<void>();
    const ran: string[] = [];
    work(queue, async ({ stepId }) => {
      ran.push(stepId);
      await gate.promise;
    });
    await queue.add(sample, many(10, 'NORMAL'));
    await until(() => expect(ran).toHaveLength(2));
    await server.wipe();
    gate.resolve();
    const later = many(10, 'NORMAL');
    await queue.add(sample, later);
    await until(() => expect(ran.slice(2).toSorted()).toEqual(steps(later).toSorted()));
  });

  it('reconnects after the server has cut every connection', async () => {
    const queue = await openQueue(2);
    const ran = record(queue);
    const before = many(5, 'HIGH');
    await queue.add(sample, before);
    await until(() => expect(ran).toHaveLength(5));
    await server.cut();
    const after = many(5, 'HIGH');
    await until(async () => queue.add(sample, after));
    await until(() => expect(ran.slice(5).toSorted()).toEqual(steps(after).toSorted()));
  }, 60_000);

  it('drains on close: what runs ends, what waits stays', async () => {
    const prefix = `test-${randomUUID()}`;
    const queue = await openQueue(2, prefix);
    const gate = Promise.withResolvers<void>();
    let ended = 0;
    const workers = work(queue, async () => {
      await gate.promise;
      ended += 1;
    });
    await queue.add(sample, many(6, 'NORMAL'));
    await until(() => expect(workers.busySlots('NORMAL')).toBe(2));
    const beside = async (): Promise<void> => {
      await gate.promise;
      ended += 1;
    };
    expect(workers.runBeside('NORMAL', 'sample', beside)).toBe(true);
    expect(workers.beside('NORMAL')).toBe(1);
    const closed = workers.close(10_000);
    expect(workers.runBeside('NORMAL', 'sample', beside)).toBe(false);
    gate.resolve();
    expect(await closed).toBe(true);
    expect(ended).toBe(3);
    expect((await queue.state()).lanes.find(({ priority }) => priority === 'NORMAL')).toMatchObject({
      depth: 4,
      active: 0,
    });
  });

  it('aborts what has not ended by the deadline', async () => {
    const queue = await openQueue(2);
    let isAborted = false;
    const workers = work(queue, async (_job, signal) => {
      await sleep(60_000, undefined, { signal }).catch(() => (isAborted = true));
    });
    await queue.add(sample, many(1, 'NORMAL'));
    await until(() => expect(workers.busySlots('NORMAL')).toBe(1));
    expect(await workers.close(50)).toBe(false);
    expect(isAborted).toBe(true);
  });

  it('takes nothing while it is paused', async () => {
    const queue = await openQueue(2);
    const ran: string[] = [];
    const workers = work(queue, ({ stepId }) => {
      ran.push(stepId);
      return Promise.resolve();
    });
    await queue.add(sample, many(1, 'NORMAL'));
    await until(() => expect(ran).toHaveLength(1));
    await workers.pause();
    expect(workers.runBeside('NORMAL', 'sample', () => Promise.resolve())).toBe(false);
    await queue.add(sample, many(3, 'NORMAL'));
    await until(async () => expect((await queue.state()).lanes[2]?.depth).toBeGreaterThan(0));
    await workers.resume();
    await until(() => expect(ran).toHaveLength(4));
  });
});
