import { cancelRun } from '../../domain/run-control.ts';
import { accepted, refused } from '../../domain/errors.ts';
import { rollsBack } from '../../domain/run-refusals.ts';
import type { Task } from '../../domain/task.ts';
import type { NewId } from '../../infra/ids.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import { contextOf, stepsInDoubt } from './run-context.ts';
import { attentionEvent } from './run-events.ts';
import type { LockStore } from '../../record/lock-store.ts';
import type { PlanStore } from '../../record/plan-store.ts';
import type { RunStore } from '../../record/run-store.ts';
import { loadUndoPlans } from './undo-plan.ts';

export interface CancelRunDependencies {
  readonly runs: RunStore;
  readonly locks: Pick<LockStore, 'release'>;
  readonly plans: PlanStore;
  readonly newId: NewId;
  /** When the installation was restored, the last time; null where it never was. */
  readonly restoredAt: Date | null;
}

/** How the tasks ask for it: ends the current run of a locked task. */
export const createCancelRun =
  (deps: CancelRunDependencies) => async (tx: JournalTransaction, task: Task, now: Date) => {
    const { runs, locks, restoredAt } = deps;
    const [run] = await runs.findRuns(tx, [{ taskId: task.id, revision: task.revision }]);
    if (!run || run.finishedAt !== null) {
      // Where nobody knew what it did, it had kept what it changes.
      if (run) locks.release(tx, run.id);
      return accepted(null);
    }
    if (run.rollback) return refused(rollsBack(run));
    const steps = await runs.findSteps(tx, [run.id]);
    const claimed = steps.filter(({ fence }) => fence > 0).map(({ id }) => id);
    const effects = claimed.length === 0 ? [] : await runs.findEffects(tx, claimed);
    const context = contextOf(now, restoredAt, task, run, steps, effects);
    // Only its plan tells of what a restore lost that it changes nothing.
    if (restoredAt !== null && task.createdAt <= restoredAt) await loadUndoPlans(deps, tx, [context]);
    const { run: cancelled, changed, end, error } = cancelRun(run, steps, stepsInDoubt(context), now);
    runs.update(tx, [cancelled]);
    runs.updateSteps(tx, changed);
    changed
      .filter(({ state }) => state === 'NEEDS_ATTENTION')
      .forEach((step) => {
        tx.record(attentionEvent(task, step, now));
      });
    const running = steps.filter(({ state }) => state === 'RUNNING').map(({ name }) => name);
    return accepted({ end, error, isRepeated: run.cancelRequestedAt !== null, running });
  };
