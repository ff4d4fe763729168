import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { laneNames, type LaneName, type RunnableJob } from './job.ts';
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
  const busy = new Map<LaneName, number>(laneNames.map((lane) => [lane, 0]));
  const catalogue = new Map(jobs.map((job) => [job.name, job]));

  const run = async (lane: LaneName, job: BullJob): Promise<void> => {
    const work = catalogue.get(job.name)?.prepare(job.data);
    if (!work) {
      logger.warn({ jobId: job.id, job: job.name, lane }, 'a job of the wrong shape was dropped');
      return;
    }
    busy.set(lane, (busy.get(lane) ?? 0) + 1);
    try {
      await work({ signal: stop.signal, lane });
    } catch (error) {
      // Ended, not failed: what must happen next is written in Postgres, and whoever looks after it reads it there.
      logger.error({ err: error, jobId: job.id, job: job.name, lane }, 'a job handler failed');
    } finally {
      busy.set(lane, (busy.get(lane) ?? 0) - 1);
    }
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
    const drained = all((worker) => worker.close()).then(() => true);
    if (await within(drained, deadlineMs)) return true;
    stop.abort(new Error('This worker process stops.'));
    if (await within(drained, abortGraceMs)) return false;
    backend.cutWorkers();
    await within(drained, abortGraceMs);
    return false;
  };

  return {
    pause: () => all((worker) => worker.pause(true)),
    resume: () => all((worker) => worker.resume()),
    close: (deadlineMs) => (closing ??= close(deadlineMs)),
    busySlots: (lane) => busy.get(lane) ?? 0,
    async [Symbol.asyncDispose]() {
      await (closing ??= close(disposalDeadlineMs));
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
