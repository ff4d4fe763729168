import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { createTally } from '../tally.ts';
import { laneNames, type JobCall, type LaneName, type RunnableJob } from './job.ts';
import type { BullWorker, QueueBackend, WorkerTuning } from './queue-backend.ts';
import type { ErrorLog } from './queue-errors.ts';

export interface LaneWorkers extends AsyncDisposable {
  /** Takes no new job; those in a slot go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * Takes no new job and waits for those in a slot, then aborts their signals.
   * True where all had ended by the deadline.
   */
  close(deadlineMs: number): Promise<boolean>;
  busySlots(lane: LaneName): number;
  /** Runs a job that did not wait in the queue as if it had come out of it; false where none is taken now. */
  runBeside(lane: LaneName, name: string, work: (call: JobCall) => Promise<void>): boolean;
  /** So many of those run. */
  beside(lane: LaneName): number;
}

interface LaneWorkersDeps extends WorkOptions {
  readonly backend: QueueBackend;
  readonly lanes: Readonly<Record<LaneName, { readonly slots: number }>>;
  readonly logger: Logger;
  readonly logError: ErrorLog;
  readonly queueName: (lane: LaneName) => string;
  readonly jobs: readonly RunnableJob[];
}

export interface WorkOptions {
  /** By which the queue tells whose slot a job is in. */
  readonly name?: string;
  /** How many more jobs of a priority's lane with so many slots are looked at, besides those that run. */
  readonly spareSlots?: (slots: number) => number;
}

interface BullJob {
  readonly id?: string | undefined;
  readonly name: string;
  readonly data: unknown;
}

/**
 * BullMQ's lock only keeps a living worker's job from being given away, and its stalled check only
 * removes a dead worker's job from the active ones: leases and fences in Postgres do the rest.
 */
const tuning: WorkerTuning = {
  lockDuration: 30_000,
  stalledInterval: 30_000,
  maxStalledCount: 1,
  drainDelay: 5,
  runRetryDelay: 500,
};
const disposalDeadlineMs = 5000;
/** How long an aborted handler may take to notice. */
const abortGraceMs = 1000;

export const startLaneWorkers = (deps: LaneWorkersDeps): LaneWorkers => {
  const { backend, lanes, logger, logError, queueName, jobs, name, spareSlots = () => 0 } = deps;
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const catalogue = new Map(jobs.map((job) => [job.name, job]));
  const { busySlots, perform } = createSlots(stop.signal, logger);
  const beside = createBeside(perform);

  const run = async (lane: LaneName, job: BullJob): Promise<void> => {
    const work = catalogue.get(job.name)?.prepare(job.data);
    if (work) await perform(lane, job, work);
    else logger.warn({ jobId: job.id, job: job.name, lane }, 'a job of the wrong shape was dropped');
  };

  const workers: readonly BullWorker[] = laneNames.map((lane) => {
    const spare = lane === 'BACKGROUND' ? 0 : spareSlots(lanes[lane].slots);
    const worker = backend.openWorker(queueName(lane), (job) => run(lane, job), {
      ...tuning,
      ...(name === undefined ? {} : { name }),
      concurrency: lanes[lane].slots + spare,
    });
    worker.on('error', logError);
    return worker;
  });
  const all = async (act: (worker: BullWorker) => Promise<unknown>): Promise<void> => {
    await Promise.all(workers.map(act));
  };

  let closing: Promise<boolean> | undefined;
  const close = async (deadlineMs: number): Promise<boolean> => {
    beside.pause();
    const drained = Promise.all([all((worker) => worker.close()), beside.ended()]).then(() => true);
    if (await within(drained, deadlineMs)) return true;
    stop.abort(new Error('This worker process stops.'));
    if (await within(drained, abortGraceMs)) return false;
    backend.cutWorkers();
    await within(drained, abortGraceMs);
    return false;
  };

  return {
    pause() {
      beside.pause();
      return all((worker) => worker.pause(true));
    },
    resume() {
      if (!closing) beside.resume();
      return all((worker) => worker.resume());
    },
    close: (deadlineMs) => (closing ??= close(deadlineMs)),
    busySlots,
    runBeside: beside.run,
    beside: beside.count,
    async [Symbol.asyncDispose]() {
      await (closing ??= close(disposalDeadlineMs));
    },
  };
};

type Perform = (
  lane: LaneName,
  job: Pick<BullJob, 'id' | 'name'>,
  work: (call: JobCall) => Promise<void>,
) => Promise<void>;

const createSlots = (
  signal: AbortSignal,
  logger: Logger,
): { readonly busySlots: (lane: LaneName) => number; readonly perform: Perform } => {
  const busy = createTally();
  return {
    busySlots: (lane) => busy.of(lane),
    async perform(lane, job, work) {
      busy.add(lane, 1);
      try {
        await work({ signal, lane });
      } catch (error) {
        // Ended, not failed: what must happen next is written in Postgres, and whoever looks after it reads it there.
        logger.error({ err: error, jobId: job.id, job: job.name, lane }, 'a job handler failed');
      } finally {
        busy.add(lane, -1);
      }
    },
  };
};

const createBeside = (perform: Perform) => {
  const running = new Map(laneNames.map((lane) => [lane, new Set<Promise<void>>()]));
  let isPaused = false;
  return {
    pause: (): void => void (isPaused = true),
    resume: (): void => void (isPaused = false),
    run(lane: LaneName, name: string, work: (call: JobCall) => Promise<void>): boolean {
      const inLane = running.get(lane);
      if (isPaused || !inLane) return false;
      const ended = perform(lane, { name }, work).finally(() => inLane.delete(ended));
      inLane.add(ended);
      return true;
    },
    count: (lane: LaneName): number => running.get(lane)?.size ?? 0,
    async ended(): Promise<void> {
      await Promise.all([...running.values()].flatMap((inLane) => [...inLane]));
    },
  };
};

const within = async (promise: Promise<boolean>, timeMs: number): Promise<boolean> => {
  const timer = new AbortController();
  const expiry = sleep(timeMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    timer.abort();
  }
};
