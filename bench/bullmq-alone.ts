import { createPostgresPool } from '@countersign/postgres/postgres-client';
import { createPostgresBackend, isPgPool, Queue, runMigrations, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const batchSize = 500;
const concurrency = 64;
const queueName = 'bench-alone';

interface Backend extends AsyncDisposable {
  readonly queue: Pick<Queue, 'addBulk' | 'close'>;
  openWorker(work: () => Promise<void>): Pick<Worker, 'waitUntilReady' | 'close'>;
}

const onRedis = (redisUrl: string): Backend => {
  const producer = new Redis(redisUrl);
  const consumer = new Redis(redisUrl, { maxRetriesPerRequest: null });
  return {
    queue: new Queue(queueName, { connection: producer }),
    openWorker: (work) => new Worker(queueName, work, { connection: consumer, concurrency }),
    [Symbol.asyncDispose]() {
      producer.disconnect();
      consumer.disconnect();
      return Promise.resolve();
    },
  };
};

const onPostgres = async (connectionString: string): Promise<Backend> => {
  const schema = 'bullmq';
  let isEnding = false;
  const pool = createPostgresPool(
    { connectionString, max: 20, options: `-c search_path=${schema}` },
    (error) => {
      if (!isEnding) throw error;
    },
  );
  const connection: unknown = pool;
  if (!isPgPool(connection)) throw new TypeError('This is no pool that BullMQ works with.');
  const client = await pool.connect();
  await runMigrations(client, schema);
  client.release();
  return {
    queue: new Queue(queueName, { connection }, createPostgresBackend),
    openWorker: (work) => new Worker(queueName, work, { connection, concurrency }, createPostgresBackend),
    [Symbol.asyncDispose]() {
      // Its server may end before the last connection has.
      isEnding = true;
      return pool.end();
    },
  };
};

const throughputOf = async (backend: Backend, count: number): Promise<number> => {
  await using _ = backend;
  const { queue } = backend;
  let done = 0;
  const { promise: all, resolve: finish } = Promise.withResolvers<void>();
  const worker = backend.openWorker(() => {
    done += 1;
    if (done === count) finish();
    return Promise.resolve();
  });
  await worker.waitUntilReady();
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent += batchSize) {
    await queue.addBulk(
      Array.from({ length: Math.min(batchSize, count - sent) }, (_item, index) => ({
        name: 'step',
        data: { stepId: crypto.randomUUID(), epoch: 1 },
        opts: { jobId: `job-${sent + index}`, removeOnComplete: true, removeOnFail: true },
      })),
    );
  }
  await all;
  const elapsedMs = performance.now() - startedAt;
  await worker.close();
  await queue.close();
  return Math.round((count / elapsedMs) * 1_000);
};

/** Jobs a second that BullMQ alone adds in batches and runs with a processor that does nothing. */
export const bullmqOnRedis = (redisUrl: string, count: number): Promise<number> =>
  throughputOf(onRedis(redisUrl), count);

/** The same on PostgreSQL, with commits as they come: on the disk. */
export const bullmqOnPostgres = async (connectionString: string, count: number): Promise<number> =>
  throughputOf(await onPostgres(connectionString), count);
