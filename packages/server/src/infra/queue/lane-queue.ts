import { priorities, type Priority } from '@countersign/shared';
import { systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { laneNames, parseQueued, type Job, type LaneName, type QueuedJob, type RunnableJob } from './job.ts';
import { startLaneWorkers, type LaneWorkers, type WorkOptions } from './lane-workers.ts';
import { connectToPostgres } from './postgres-backend.ts';
import type { BullQueue, JobToAdd, QueueBackend } from './queue-backend.ts';
import { createErrorLog, type ErrorLog } from './queue-errors.ts';
import { connectToRedis } from './redis-backend.ts';
import type { RedisServers } from './redis-client.ts';

export type QueueBackendConfig =
  | ({ readonly kind: 'redis' } & RedisServers)
  /** Of the user who owns the schema `bullmq` and nothing else. */
  | { readonly kind: 'postgres'; readonly connectionString: string };

export interface LaneOptions {
  /** Jobs of this lane that one worker process runs at a time. */
  readonly slots: number;
}
export type Lanes = Readonly<Record<Priority, LaneOptions>>;

export const defaultLanes: Lanes = {
  CRITICAL: { slots: 16 },
  HIGH: { slots: 32 },
  NORMAL: { slots: 256 },
  LOW: { slots: 16 },
};

export interface LaneDepth {
  readonly priority: Priority;
  /** Jobs that wait for a slot. */
  readonly depth: number;
  /** Jobs in a slot, on all worker processes. */
  readonly active: number;
  /** Slots of all worker processes, or of one where none is connected. */
  readonly slots: number;
  /** How long the job at the head has waited; null for an empty lane. */
  readonly oldestAgeMs: number | null;
}

export interface QueueDepths {
  readonly lanes: readonly LaneDepth[];
  /** Busy slots by slots, 0 to 1. */
  readonly utilization: number;
}

/** Work that is no step waits for few of these at a time: it is as heavy as it is rare. */
const backgroundSlots = 16;

/**
 * A queue per priority and one for work in the background, each with slots of its own. A lane's wait depends on
 * that lane alone: however full the others are, its slots stay its own, so CRITICAL starts at once and LOW cannot
 * starve.
 */
export interface QueueLoad {
  /** Jobs that wait for a slot. */
  readonly depth: number;
  readonly active: number;
  readonly slots: number;
  /** Processes that these are the slots of. */
  readonly workers: number;
}

export interface LaneQueue extends AsyncDisposable {
  /** All or an error within seconds; adding a waiting job again changes nothing. In order within a lane. */
  add<Payload>(
    job: Pick<Job<Payload>, 'name' | 'schema'>,
    queued: readonly QueuedJob<Payload>[],
  ): Promise<void>;
  /** Begins to take jobs of these kinds; at most once per queue. */
  work(jobs: readonly RunnableJob[], options?: WorkOptions): LaneWorkers;
  /** Of the priorities' lanes. */
  state(): Promise<QueueDepths>;
  /** What this lane holds, and how much it runs at once on all worker processes together. */
  load(lane: LaneName): Promise<QueueLoad>;
  /** 1 for the job that starts next; null for one that does not wait. */
  position(jobId: string, lane: Priority): Promise<number | null>;
  /** By id, those among these that the queue still holds: waiting for a slot, or in the slot of a worker, alive or dead. */
  findHeld(
    jobs: readonly { readonly id: string; readonly lane: LaneName }[],
  ): Promise<ReadonlyMap<string, 'WAITING' | 'ACTIVE'>>;
  /** The payloads of this kind of job in slots of these workers, alive or dead. */
  findTakenBy<Payload>(
    job: Pick<Job<Payload>, 'name' | 'schema'>,
    workers: readonly string[],
  ): Promise<readonly Payload[]>;
  /** Rejects where the queue cannot be reached. */
  ping(): Promise<void>;
}

export interface LaneQueueDeps {
  readonly backend: QueueBackendConfig;
  /** Keeps queues of several installations on one server apart. Letters, digits, - and _. */
  readonly prefix: string;
  /** Which installation this is: another one with the same prefix on the same server is refused. */
  readonly installation: string;
  readonly lanes: Lanes;
  readonly logger: Logger;
}

/** @throws QueueUnreachableError, DatabaseUnreachableError or PrefixTakenError: one sentence for the person who starts us. */
export const createLaneQueue = async (deps: LaneQueueDeps): Promise<LaneQueue> => {
  const { prefix, installation } = deps;
  const lanes = { ...deps.lanes, BACKGROUND: { slots: backgroundSlots } };
  const logger = deps.logger.child({ part: 'queue' });
  const logError = createErrorLog(logger);
  await using opening = new AsyncDisposableStack();
  const backend = opening.use(
    deps.backend.kind === 'redis'
      ? await connectToRedis(deps.backend, logger, logError)
      : await connectToPostgres(deps.backend.connectionString, logError),
  );
  await backend.claim({ prefix, installation });

  const queueName = (lane: LaneName): string => `${prefix}-${lane.toLowerCase()}`;
  const queues = new Map(laneNames.map((lane) => [lane, openQueue(backend, queueName(lane), logError)]));
  // A producer that loses its server before it is ready would stay lost.
  await Promise.all([...queues.values()].map((queue) => queue.waitUntilReady()));
  const queueOf = (lane: LaneName): BullQueue => {
    const queue = queues.get(lane);
    if (!queue) throw new RangeError(`There is no lane ${lane}.`);
    return queue;
  };
  const countWorkers = createWorkerCounter(() => queueOf('CRITICAL'));
  opening.move();
  let workers: LaneWorkers | undefined;

  return {
    async add(job, queued) {
      const parsed = queued.map((one) => parseQueued(job, one));
      const byLane = Map.groupBy(parsed, ({ lane }) => lane);
      await Promise.all(
        [...byLane].map(([lane, inLane]) =>
          backend.add(
            queueOf(lane),
            inLane.map((one) => toBullJob(job.name, one)),
          ),
        ),
      );
    },
    work(jobs, options = {}) {
      if (workers) throw new Error('This queue has workers already.');
      workers = startLaneWorkers({ backend, lanes, logger, logError, queueName, jobs, ...options });
      return workers;
    },
    load: async (lane) => readLoad(queueOf(lane), lanes[lane].slots, await countWorkers()),
    async state() {
      const workerCount = await countWorkers();
      const depths = await Promise.all(
        priorities.map(async (lane) => readDepth(lane, queueOf(lane), lanes[lane].slots, workerCount)),
      );
      return { lanes: depths, utilization: utilization(depths) };
    },
    position: (jobId, lane) => backend.position(queueOf(lane), jobId),
    findHeld: (jobs) => readHeld(queueOf, jobs),
    findTakenBy: (job, workerNames) => readTaken([...queues.values()], job, workerNames),
    ping: () => backend.ping(),
    async [Symbol.asyncDispose]() {
      await workers?.[Symbol.asyncDispose]();
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      await backend[Symbol.asyncDispose]();
    },
  };
};

const openQueue = (backend: QueueBackend, name: string, logError: ErrorLog): BullQueue => {
  const queue = backend.openQueue(name);
  queue.on('error', logError);
  return queue;
};

const readActive = (queue: BullQueue) => queue.getJobs(['active'], 0, -1, true);

const readTaken = async <Payload>(
  queues: readonly BullQueue[],
  { name, schema }: Pick<Job<Payload>, 'name' | 'schema'>,
  workers: readonly string[],
): Promise<Payload[]> => {
  const taken = await Promise.all(queues.map((queue) => readActive(queue)));
  return taken
    .flat()
    .filter((job) => job.name === name)
    .filter(({ processedBy }) => processedBy !== undefined && workers.includes(processedBy))
    .flatMap(({ data }) => schema.safeParse(data).data ?? []);
};

const readHeld = async (
  queueOf: (lane: LaneName) => BullQueue,
  jobs: readonly { readonly id: string; readonly lane: LaneName }[],
): Promise<Map<string, 'WAITING' | 'ACTIVE'>> => {
  const lanes = [...new Set(jobs.map(({ lane }) => lane))];
  // Read first: a job that takes a slot meanwhile counts as waiting.
  const inSlots = await Promise.all(lanes.map((lane) => readActive(queueOf(lane))));
  const active = new Set(inSlots.flat().map(({ id }) => id));
  const found = await Promise.all(
    jobs.map(async ({ id, lane }) => ((await queueOf(lane).getJob(id)) ? [id] : [])),
  );
  return new Map(found.flat().map((id) => [id, active.has(id) ? 'ACTIVE' : 'WAITING']));
};

/** The job's record is in Postgres, so BullMQ forgets it when it ends; attempts are counted there too. */
const toBullJob = (name: string, { id, payload }: QueuedJob<unknown>): JobToAdd => ({
  name,
  data: payload,
  opts: { jobId: id, attempts: 1, removeOnComplete: true, removeOnFail: true },
});

const readLoad = async (queue: BullQueue, slotsOfEach: number, workers: number): Promise<QueueLoad> => {
  const counts = await queue.getJobCounts('wait', 'active');
  return { depth: counts.wait ?? 0, active: counts.active ?? 0, slots: slotsOfEach * workers, workers };
};

const readDepth = async (
  priority: Priority,
  queue: BullQueue,
  slotsOfEach: number,
  workers: number,
): Promise<LaneDepth> => {
  const [{ depth, active, slots }, head] = await Promise.all([
    readLoad(queue, slotsOfEach, workers),
    queue.getJobs(['wait'], 0, 0, true),
  ]);
  const since = head[0]?.timestamp;
  return {
    priority,
    depth,
    active,
    slots,
    oldestAgeMs: since === undefined ? null : Math.max(0, systemClock.now().getTime() - since),
  };
};

const utilization = (lanes: readonly LaneDepth[]): number => {
  const sum = (pick: (lane: LaneDepth) => number): number =>
    lanes.reduce((total, lane) => total + pick(lane), 0);
  return Math.min(
    1,
    sum((lane) => lane.active) /
      Math.max(
        1,
        sum((lane) => lane.slots),
      ),
  );
};

/** How many worker processes there are; asking costs the server a walk over its clients, so not often. */
const workerCountAgeMs = 5000;

const createWorkerCounter = (queue: () => BullQueue): (() => Promise<number>) => {
  let readAt = -Infinity;
  let count = 1;
  return async () => {
    if (performance.now() - readAt > workerCountAgeMs) {
      readAt = performance.now();
      count = Math.max(1, await queue().getWorkersCount());
    }
    return count;
  };
};
