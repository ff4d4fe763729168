import type { Config } from '../config.ts';
import { defaultWaitBoundsMs, type WaitBounds } from '../domain/queue.ts';
import { findDatabaseOrigin } from '../infra/database-origin.ts';
import { createLaneQueue, defaultLanes, type Lanes } from '../infra/queue/lane-queue.ts';
import type { Foundation } from './foundation.ts';

/** The dispatcher: Redis where one is configured, otherwise the database itself. */
export const openLanes = async ({ config, queueUrl, database, logger, stack }: Foundation) => {
  const { redis, prefix } = config.queue;
  const lanes = lanesOf(config);
  const queue = await createLaneQueue({
    backend: redis ? { kind: 'redis', ...redis } : { kind: 'postgres', connectionString: queueUrl ?? '' },
    prefix,
    installation: await findDatabaseOrigin(database),
    lanes,
    logger,
  });
  return { queue: stack.use(queue), lanes, waitBoundsMs: waitBoundsOf(config) };
};

const lanesOf = ({ queue: { lanes } }: Config): Lanes => ({
  CRITICAL: { ...defaultLanes.CRITICAL, ...lanes.CRITICAL },
  HIGH: { ...defaultLanes.HIGH, ...lanes.HIGH },
  NORMAL: { ...defaultLanes.NORMAL, ...lanes.NORMAL },
  LOW: { ...defaultLanes.LOW, ...lanes.LOW },
});

export const waitBoundsOf = ({ queue: { lanes } }: Pick<Config, 'queue'>): WaitBounds => ({
  CRITICAL: lanes.CRITICAL?.waitBoundMs ?? defaultWaitBoundsMs.CRITICAL,
  HIGH: lanes.HIGH?.waitBoundMs ?? defaultWaitBoundsMs.HIGH,
  NORMAL: lanes.NORMAL?.waitBoundMs ?? defaultWaitBoundsMs.NORMAL,
  LOW: lanes.LOW?.waitBoundMs ?? defaultWaitBoundsMs.LOW,
});
