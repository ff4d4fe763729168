import { Queue, Worker } from 'bullmq';
import { Cluster } from 'ioredis';
import { connectionReasons } from '../connection-reasons.ts';
import type { Logger } from '../logger.ts';
import { QueueUnreachableError, type BullQueue, type QueueBackend } from './queue-backend.ts';
import { claimPrefix } from './prefix-claim.ts';
import type { ErrorLog } from './queue-errors.ts';
import {
  createRedisClient,
  hangUp,
  type RedisClient,
  type RedisServers,
  type Retries,
} from './redis-client.ts';

/** A producer waits no longer than this, also on a connection that swallows everything. */
const commandTimeoutMs = 5000;
/** BullMQ keeps a stream of what happened; nobody reads ours. */
const eventsKept = 100;

export const connectToRedis = async (
  servers: RedisServers,
  logger: Logger,
  logError: ErrorLog,
): Promise<QueueBackend> => {
  // Until the first connection a fault is told once, in the sentence that ends the start.
  let isUp = false;
  const connect = (retries: Retries): RedisClient =>
    createRedisClient(servers, retries, () => isUp).on('error', (error: Error) => {
      if (isUp) logError(error);
    });
  // A producer fails at once, so that its outbox row stays; a worker waits until Redis is back.
  const producer = connect({
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
  });
  const consumer = connect({ maxRetriesPerRequest: null });
  const blocking = trackDuplicates(consumer, logError);
  await connectOrExplain(producer, placeOf(servers));
  isUp = true;
  await consumer.connect();
  await warnOfLossySettings(producer, logger);

  let claim: Disposable | undefined;
  const cutWorkers = (): void => {
    for (const redis of [consumer, ...blocking]) hangUp(redis);
  };

  // Keys of one queue have to be on one node of a cluster.
  const prefixOf = (name: string) => (consumer instanceof Cluster ? { prefix: `{${name}}` } : {});

  return {
    async claim(claimant) {
      claim = await claimPrefix(producer, claimant, placeOf(servers), logger);
    },
    openQueue: (name) =>
      new Queue(name, {
        ...prefixOf(name),
        connection: producer,
        streams: { events: { maxLen: eventsKept } },
      }),
    openWorker: (name, processor, options) =>
      new Worker(name, processor, { ...options, ...prefixOf(name), connection: consumer }),
    async add(queue, jobs) {
      await queue.addBulk([...jobs]);
    },
    position: (queue, jobId) => findPosition(producer, queue, jobId),
    async ping() {
      await producer.ping();
    },
    cutWorkers,
    [Symbol.asyncDispose]() {
      claim?.[Symbol.dispose]();
      producer.disconnect();
      cutWorkers();
      return Promise.resolve();
    },
  };
};

const findPosition = async (redis: RedisClient, queue: BullQueue, jobId: string): Promise<number | null> => {
  const list = queue.toKey('wait');
  // New jobs enter at the head and leave at the tail.
  const [length, index] = await Promise.all([redis.llen(list), redis.lpos(list, jobId, 'RANK', -1)]);
  return index === null ? null : Math.max(1, length - index);
};

/** BullMQ gives each worker a copy of our connection to wait on, and keeps it to itself. */
const trackDuplicates = (redis: RedisClient, logError: ErrorLog): ReadonlySet<RedisClient> => {
  const duplicates = new Set<RedisClient>();
  const duplicate = redis.duplicate.bind(redis) as (...overrides: unknown[]) => RedisClient;
  const tracked = (...overrides: unknown[]): RedisClient => {
    const copy = duplicate(...overrides).on('error', logError);
    duplicates.add(copy);
    return copy.on('end', () => duplicates.delete(copy));
  };
  return Object.assign(redis, { duplicate: tracked }) && duplicates;
};

const connectOrExplain = async (redis: RedisClient, place: string): Promise<void> => {
  let reason: Error | undefined;
  redis.on('error', (error: Error) => (reason ??= error));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    const cause = reason ?? (error as Error);
    throw new QueueUnreachableError(`Redis at ${place} cannot be used: ${reasonOf(cause)}.`, { cause });
  }
};

/** What Redis says itself, and what ioredis has no code for. */
const messages: readonly (readonly [RegExp, string])[] = [
  [/NOAUTH/, 'it wants a password'],
  [/WRONGPASS|invalid (username-)?password/i, 'it refuses the user or the password'],
  [/^Connection is closed/, 'it broke the connection off'],
  [/No such master/, 'the sentinels know no primary of this name'],
  [/^All sentinels are unreachable/, 'none of the sentinels answers'],
];

const reasonOf = (failure: Error): string => {
  // What a node of a cluster said.
  const error = 'lastNodeError' in failure ? (failure.lastNodeError as Error) : failure;
  if (error !== failure && error.message.startsWith('Connection is closed'))
    return 'none of its nodes answers';
  const code = 'code' in error ? String(error.code) : '';
  const known = connectionReasons[code] ?? messages.find(([sign]) => sign.test(error.message))?.[1];
  return known ?? error.message.replace(/\.$/, '');
};

/** Without passwords. */
const placeOf = ({ url, sentinelUrls = [], clusterUrls = [] }: RedisServers): string => {
  const hostOf = (each: string): string => (URL.canParse(each) ? new URL(each).host : 'the given address');
  const others = [...sentinelUrls, ...clusterUrls].map(hostOf);
  return others.length === 0 ? hostOf(url) : `${hostOf(url)} (${others.join(', ')})`;
};

const warnOfLossySettings = async (redis: RedisClient, logger: Logger): Promise<void> => {
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
