import type { Step } from '../../domain/run.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import type { Journal } from '../events/index.ts';
import type { TaskStore } from '../tasks/index.ts';
import { jobId } from './relay.ts';
import type { RunStore } from './run-store.ts';

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

/** Finds steps that should be moving but have no job any more, and dispatches them anew: losing the queue loses nothing. */
export const startReconciler = (deps: ReconcilerDependencies): AsyncDisposable => {
  const { runs, queue, logger, periodMs } = deps;
  const round = async (): Promise<number> => {
    const suspects = await runs.findUndispatched(2 * periodMs, stepsPerRound);
    if (suspects.length === 0) return periodMs;
    const held = await queue.findHeld(
      suspects
        .filter((step) => step.state === 'READY')
        .map((step) => ({ id: jobId({ stepId: step.id, epoch: step.dispatchEpoch }), lane: step.lane })),
    );
    // Only a waiting job brings its step further by itself. One in a slot that has not claimed its step by
    // now sits in a dead worker's: the next epoch goes ahead of it.
    const isWaiting = (step: Step): boolean =>
      held.get(jobId({ stepId: step.id, epoch: step.dispatchEpoch })) === 'WAITING';
    const lost = suspects.filter((step) => !isWaiting(step));
    const alive = suspects.filter(isWaiting);
    await runs.touchDispatched(alive.map(({ id }) => id));
    if (lost.length > 0) {
      await dispatchAgain(deps, lost);
      logger.info({ steps: lost.length }, 'steps without a job were dispatched again');
    }
    return suspects.length === stepsPerRound ? 0 : periodMs;
  };
  return startLoop({ name: 'reconciler', round, idleMs: periodMs, logger });
};

const dispatchAgain = (
  { journal, tasks, runs }: ReconcilerDependencies,
  suspects: readonly Step[],
): Promise<void> =>
  journal.transaction(async (tx) => {
    const { now } = await tasks.lock(tx, [...new Set(suspects.map(({ taskId }) => taskId))]);
    const current = await runs.findSteps(tx, [...new Set(suspects.map(({ runId }) => runId))]);
    const lost = suspects.flatMap((suspect) => {
      const step = current.find(({ id }) => id === suspect.id);
      const isSame = step?.dispatchEpoch === suspect.dispatchEpoch && step.fence === suspect.fence;
      const isStuck = step?.state === 'READY' || step?.state === 'RUNNING';
      return step && isSame && isStuck
        ? [{ ...step, dispatchEpoch: step.dispatchEpoch + 1, dispatchedAt: now }]
        : [];
    });
    runs.redispatch(tx, lost);
    tx.wake('outbox');
  });
