import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import type { Journal } from '../../record/journal.ts';
import type { TaskStore } from '../../record/task-store.ts';
import { jobId } from './relay.ts';
import type { DispatchedStep } from '../../record/dispatch-queries.ts';
import type { RunStore } from '../../record/run-store.ts';

export interface ReconcilerDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly runs: RunStore;
  readonly queue: LaneQueue;
  readonly logger: Logger;
  /** A step is looked after when it was dispatched two of these ago and has not moved. */
  readonly periodMs: number;
}

const stepsPerRound = 500;
/** A look that took so long saw the database as it was for nobody. */
const slowMs = 2_000;
/** Looking costs by how much waits: where that is much, it is done the less often. */
const restFactor = 20;
/** After an outage of the database: time for all workers to renew their leases and save what they know. */
const settlingMs = 3_000;

/** Finds steps that should be moving but have no job any more, and dispatches them anew: losing the queue loses nothing. */
export const startReconciler = (deps: ReconcilerDependencies): AsyncDisposable => {
  const { runs, queue, logger, periodMs } = deps;
  const look = createLook(() => runs.findUndispatched(2 * periodMs, stepsPerRound));
  const round = async (): Promise<number> => {
    const startedAt = performance.now();
    const suspects = await look();
    const restMs = Math.max(periodMs, restFactor * (performance.now() - startedAt));
    if (suspects.length === 0) return restMs;
    const held = await queue.findHeld(
      suspects
        .filter((step) => step.state === 'READY')
        .map((step) => ({ id: jobId({ stepId: step.id, epoch: step.dispatchEpoch }), lane: step.lane })),
    );
    // Only a waiting job brings its step further by itself. One in a slot that has not claimed its step by
    // now sits in a dead worker's: the next epoch goes ahead of it.
    const isWaiting = (step: DispatchedStep): boolean =>
      held.get(jobId({ stepId: step.id, epoch: step.dispatchEpoch })) === 'WAITING';
    const lost = suspects.filter((step) => !isWaiting(step));
    const alive = suspects.filter(isWaiting);
    await runs.touchDispatched(alive.map(({ id }) => id));
    if (lost.length > 0) {
      await dispatchAgain(deps, lost);
      logger.info({ steps: lost.length }, 'steps without a job were dispatched again');
    }
    return suspects.length === stepsPerRound ? 0 : restMs;
  };
  return startLoop({ name: 'reconciler', round, idleMs: periodMs, logger });
};

/**
 * Looks, and sees nothing for a while where the database was away or hung: leases ran out meanwhile whose workers
 * live, and may have an outcome to save.
 */
const createLook = (look: () => Promise<DispatchedStep[]>): (() => Promise<DispatchedStep[]>) => {
  let blindUntil = -Infinity;
  return async () => {
    const startedAt = performance.now();
    try {
      const found = await look();
      if (performance.now() - startedAt >= slowMs) blindUntil = performance.now() + settlingMs;
      return performance.now() < blindUntil ? found.filter(({ state }) => state !== 'RUNNING') : found;
    } catch (error) {
      blindUntil = performance.now() + settlingMs;
      throw error;
    }
  };
};

/**
 * Reads no payload: one task of which something does not decrypt keeps nobody else's from going on.
 *
 * `isLeaseOver`: nobody has them in hand any more, whatever their leases say.
 */
export const dispatchAgain = (
  { journal, tasks, runs }: Pick<ReconcilerDependencies, 'journal' | 'tasks' | 'runs'>,
  suspects: readonly DispatchedStep[],
  { isLeaseOver = false } = {},
): Promise<void> =>
  journal.transaction(async (tx) => {
    const now = await tasks.lockUnread(tx, [...new Set(suspects.map(({ taskId }) => taskId))]);
    const current = await runs.findDispatched(
      tx,
      suspects.map(({ id }) => id),
    );
    const lost = suspects.flatMap((suspect) => {
      const step = current.find(({ id }) => id === suspect.id);
      const isSame = step?.dispatchEpoch === suspect.dispatchEpoch && step.fence === suspect.fence;
      const isStuck = step?.state === 'READY' || step?.state === 'RUNNING';
      return step && isSame && isStuck
        ? [{ ...step, dispatchEpoch: step.dispatchEpoch + 1, dispatchedAt: now }]
        : [];
    });
    runs.redispatch(tx, lost, isLeaseOver ? new Date(now.getTime() - 1) : undefined);
    tx.wake('outbox');
  });
