import { Queue, Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { connectionReasons } from '../connection-reasons.ts';
import type { Logger } from '../logger.ts';
import { QueueUnreachableError, type QueueBackend } from './queue-backend.ts';
import type { ErrorLog } from './queue-errors.ts';

const connectTimeoutMs = 5000;
/** A producer waits no longer than this, also on a connection that swallows everything. */
const commandTimeoutMs = 5000;
const reconnectDelayMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2000);
/** BullMQ keeps a stream of what happened; nobody reads ours. */
const eventsKept = 100;

type Retries = Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'commandTimeout'>;

export const connectToRedis = async (
  url: string,
  logger: Logger,
  logError: ErrorLog,
): Promise<QueueBackend> => {
  // Until the first connection a fault is told once, in the sentence that ends the start.
  let isUp = false;
  const connect = (options: Retries): Redis => {
    const redis = new Redis(url, {
      ...options,
      connectTimeout: connectTimeoutMs,
      retryStrategy: reconnectDelayMs,
      lazyConnect: true,
      enableAutoPipelining: true,
    });
    return redis.on('error', (error) => {
      if (isUp) logError(error);
    });
  };
  // A producer fails at once, so that its outbox row stays; a worker waits until Redis is back.
  const producer = connect({
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
  });
  const consumer = connect({ maxRetriesPerRequest: null });
  const blocking = trackDuplicates(consumer, logError);
  await connectOrExplain(producer, url);
  isUp = true;
  await consumer.connect();
  await warnOfLossySettings(producer, logger);

  const cutWorkers = (): void => {
    for (const redis of [consumer, ...blocking]) hangUp(redis);
  };

  return {
    openQueue: (name) =>
      new Queue(name, { connection: producer, streams: { events: { maxLen: eventsKept } } }),
    openWorker: (name, processor, options) =>
      new Worker(name, processor, { ...options, connection: consumer }),
    async add(queue, jobs) {
      await queue.addBulk([...jobs]);
    },
    async position(queue, jobId) {
      const list = queue.toKey('wait');
      // New jobs enter at the head and leave at the tail.
      const [length, index] = await Promise.all([
        producer.llen(list),
        producer.lpos(list, jobId, 'RANK', -1),
      ]);
      return index === null ? null : Math.max(1, length - index);
    },
    async ping() {
      await producer.ping();
    },
    cutWorkers,
    [Symbol.asyncDispose]() {
      producer.disconnect();
      cutWorkers();
      return Promise.resolve();
    },
  };
};

/**
 * Between two attempts to connect, disconnecting only stops the attempts: commands that wait would wait for
 * ever. A last attempt without a next one ends them.
 */
const hangUp = (redis: Redis): void => {
  redis.options.retryStrategy = null;
  const isBetweenAttempts = redis.status === 'reconnecting';
  redis.disconnect();
  if (isBetweenAttempts)
    redis.connect().then(
      () => {
        redis.disconnect();
      },
      () => undefined,
    );
};

/** BullMQ gives each worker a copy of our connection to wait on, and keeps it to itself. */
const trackDuplicates = (redis: Redis, logError: ErrorLog): ReadonlySet<Redis> => {
  const duplicates = new Set<Redis>();
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const copy = duplicate(override).on('error', logError);
    duplicates.add(copy);
    return copy.on('end', () => duplicates.delete(copy));
  };
  return duplicates;
};

const connectOrExplain = async (redis: Redis, url: string): Promise<void> => {
  let reason: Error | undefined;
  redis.on('error', (error: Error) => (reason ??= error));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    const cause = reason ?? (error as Error);
    throw new QueueUnreachableError(`Redis at ${withoutSecrets(url)} cannot be used: ${reasonOf(cause)}.`, {
      cause,
    });
  }
};

/** What Redis says itself, and what ioredis has no code for. */
const messages: readonly (readonly [RegExp, string])[] = [
  [/NOAUTH/, 'it wants a password'],
  [/WRONGPASS|invalid (username-)?password/i, 'it refuses the user or the password'],
  [/^Connection is closed/, 'it broke the connection off'],
];

const reasonOf = (error: Error): string => {
  const code = 'code' in error ? String(error.code) : '';
  const known = connectionReasons[code] ?? messages.find(([sign]) => sign.test(error.message))?.[1];
  return known ?? error.message.replace(/\.$/, '');
};

const withoutSecrets = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'the given address');

const warnOfLossySettings = async (redis: Redis, logger: Logger): Promise<void> => {
  const facts = parseInfo(`${await redis.info('memory')}\n${await redis.info('persistence')}`);
  const policy = facts.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    logger.warn({ policy }, 'Redis may evict queued jobs: set maxmemory-policy to noeviction');
  }
  if (facts.get('aof_enabled') === '0') {
    logger.warn('Redis forgets queued jobs when it restarts, which delays them: set appendonly to yes');
  }
};

const parseInfo = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [key, value] = line.split(':');
      return key !== undefined && value !== undefined ? [[key, value] as const] : [];
    }),
  );
