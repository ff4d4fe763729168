import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const batchSize = 500;
const concurrency = 64;

/** Jobs a second that BullMQ alone adds in batches and runs with a processor that does nothing. */
export const bullmqThroughput = async (redisUrl: string, count: number): Promise<number> => {
  const producer = new Redis(redisUrl);
  const consumer = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue('bench-alone', { connection: producer });
  let done = 0;
  let finish = (): void => undefined;
  const all = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const worker = new Worker(
    'bench-alone',
    () => {
      done += 1;
      if (done === count) finish();
      return Promise.resolve();
    },
    { connection: consumer, concurrency },
  );
  await worker.waitUntilReady();
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent += batchSize) {
    await queue.addBulk(
      Array.from({ length: Math.min(batchSize, count - sent) }, (_, index) => ({
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
  producer.disconnect();
  consumer.disconnect();
  return Math.round((count / elapsedMs) * 1_000);
};
