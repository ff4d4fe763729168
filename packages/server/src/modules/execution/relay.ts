import type { Logger } from '../../infra/logger.ts';
import { startLoop, waitUntilDue, type Loop } from '../../infra/loop.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import type { QueuedJob } from '../../infra/queue/job.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { Dispatch } from '../../record/dispatch-queries.ts';
import type { RunStore } from '../../record/run-store.ts';
import { stepJob, type StepPayload } from './jobs/step.ts';

const rowsPerRound = 500;
/** What a lost wake-up costs at most. */
const pollMs = 1_000;

/** Names a dispatch in the queue: a second job of the same one is the same job. */
export const jobId = (dispatch: Pick<Dispatch, 'stepId' | 'epoch'>): string =>
  `${dispatch.stepId}-${dispatch.epoch}`;

const jobOf = (row: Dispatch): QueuedJob<StepPayload> => ({
  id: jobId(row),
  lane: row.lane,
  payload: {
    stepId: row.stepId,
    epoch: row.epoch,
    platform: row.platform,
    ...(row.isShelved ? { isCalledBack: true } : {}),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  },
});

/**
 * Hands due outbox rows to the queue. No transaction is open meanwhile: a queue that does not answer would hold
 * back every reader of the log. What it does not take goes back.
 */
export const startRelay = (
  runs: RunStore,
  queue: LaneQueue,
  wakeUps: WakeUps,
  logger: Logger,
): AsyncDisposable => {
  const round = async (): Promise<number> => {
    const rows = await runs.takeDue(rowsPerRound);
    try {
      if (rows.length > 0) await queue.add(stepJob, rows.map(jobOf));
    } catch (error) {
      await runs.putBack(rows);
      throw error;
    }
    if (rows.length === rowsPerRound) return 0;
    return waitUntilDue(await runs.nextDueMs(), pollMs);
  };
  const loop: Loop = startLoop({ name: 'relay', round, idleMs: pollMs, logger });
  const subscription = wakeUps.on('outbox', () => {
    loop.wake();
  });
  return {
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};
