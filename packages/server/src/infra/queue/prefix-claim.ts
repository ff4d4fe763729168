import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { PrefixTakenError, type Claimant } from './queue-backend.ts';
import type { RedisClient } from './redis-client.ts';

/** So long an installation is taken to be at work since one of its processes last said so. */
const claimedMs = 30_000;
const renewEveryMs = 5_000;
const lookEveryMs = 250;

/** Answers 0, or for how many milliseconds another installation is taken to be at work yet. */
const claimScript = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return math.max(1, redis.call('PTTL', KEYS[1])) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 0`;

/**
 * Two installations with one prefix would take each other's jobs. Each process says whose it is for as long as it
 * runs, so that nobody has to release the prefix of an installation that is gone.
 * @throws PrefixTakenError where another one says so too.
 */
export const claimPrefix = async (
  redis: RedisClient,
  { prefix, installation }: Claimant,
  place: string,
  logger: Logger,
): Promise<Disposable> => {
  // As the keys of BullMQ begin.
  const key = `bull:${prefix}-installation`;
  const claim = async (): Promise<number> =>
    Number(await redis.eval(claimScript, 1, key, installation, claimedMs));
  const taken = `Another installation uses Redis at ${place} with the same queue.prefix, ${prefix}: give one of them a queue.prefix of its own.`;
  await untilClaimed(claim, taken, logger);
  let isTaken = false;
  const renewal = setInterval(() => {
    claim().then(
      (left) => {
        if (left > 0 && !isTaken) logger.error(taken);
        isTaken = left > 0;
      },
      // Health tells of a Redis that is away.
      () => undefined,
    );
  }, renewEveryMs);
  renewal.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(renewal);
    },
  };
};

/** Whoever is gone says nothing more, and its time only runs out; a time that grew again is of somebody at work. */
const untilClaimed = async (claim: () => Promise<number>, taken: string, logger: Logger): Promise<void> => {
  const deadline = performance.now() + claimedMs + renewEveryMs;
  let before = await claim();
  if (before > 0)
    logger.warn('another installation used this queue.prefix of late: waiting whether it is gone');
  while (before > 0) {
    await sleep(lookEveryMs);
    const left = await claim();
    if (left > before || performance.now() > deadline) throw new PrefixTakenError(taken);
    before = left;
  }
};
