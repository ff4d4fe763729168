import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { DispatchedStep } from '../../record/dispatch-queries.ts';
import type { JobStore } from '../../record/job-store.ts';
import type { Journal } from '../../record/journal.ts';
import type { TaskStore } from '../../record/task-store.ts';
import { stepJob } from './jobs/step.ts';
import { dispatchAgain } from './reconciler.ts';
import { jobId } from './relay.ts';
import type { RunStore } from '../../record/run-store.ts';

export interface LostWorkersDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly runs: RunStore;
  readonly jobs: Pick<JobStore, 'takeFrom'>;
  readonly wakeUps: Pick<WakeUps, 'notify'>;
  readonly queue: Pick<LaneQueue, 'findHeld' | 'findTakenBy'>;
  readonly logger: Logger;
}

const lookEveryMs = 500;
/** A worker whose connection broke while it lives has taken its lock again by then. */
const graceMs = 1_500;
const stepsPerRound = 500;

/**
 * Finds workers that died: the lock that each holds on a connection of its own is free. Their steps, and
 * those that were in their slots or about to be claimed, are handed to others without waiting for any lease; should one
 * live after all, the fence keeps it from doing harm.
 */
export const startLostWorkers = (deps: LostWorkersDependencies): AsyncDisposable => {
  const { runs, jobs, queue, wakeUps, logger } = deps;
  const silentSince = new Map<string, number>();
  const look = async (): Promise<string[]> => {
    const silent = await runs.findSilentWorkers();
    const now = performance.now();
    for (const worker of silentSince.keys()) if (!silent.includes(worker)) silentSince.delete(worker);
    for (const worker of silent) if (!silentSince.has(worker)) silentSince.set(worker, now);
    return silent.filter((worker) => now - (silentSince.get(worker) ?? now) >= graceMs);
  };
  /** What they were about to claim without the queue: no lane has it any more, and no worker has claimed it. */
  const findNowhere = async (): Promise<DispatchedStep[]> => {
    const quiet = await runs.findUndispatched(graceMs, stepsPerRound);
    const ready = quiet.filter(({ state }) => state === 'READY');
    if (ready.length === 0) return [];
    const nameOf = ({ id, dispatchEpoch }: DispatchedStep): string =>
      jobId({ stepId: id, epoch: dispatchEpoch });
    const held = await queue.findHeld(ready.map((step) => ({ id: nameOf(step), lane: step.lane })));
    return ready.filter((step) => !held.has(nameOf(step)));
  };
  const round = async (): Promise<number> => {
    try {
      const dead = await look();
      if (dead.length === 0) return lookEveryMs;
      if ((await jobs.takeFrom(dead)) > 0) wakeUps.notify('jobs');
      const taken = await runs.findStepsOf(dead, await queue.findTakenBy(stepJob, dead), stepsPerRound);
      const steps = [...taken, ...(await findNowhere())];
      if (steps.length > 0) {
        await dispatchAgain(deps, steps, { isLeaseOver: true });
        logger.warn({ workers: dead, steps: steps.length }, 'workers died; their steps are handed to others');
      }
    } catch (error) {
      // Whoever lost the database with us needs its time to come back.
      silentSince.clear();
      throw error;
    }
    return lookEveryMs;
  };
  return startLoop({ name: 'lost workers', round, idleMs: lookEveryMs, logger });
};
