import { cancelRun } from '../../domain/run-control.ts';
import { accepted, refused } from '../../domain/errors.ts';
import { rollsBack } from '../../domain/run-refusals.ts';
import type { Task } from '../../domain/task.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import { stepsInDoubt } from './run-context.ts';
import { attentionEvent } from './run-events.ts';
import type { LockStore } from '../../record/lock-store.ts';
import type { RunStore } from '../../record/run-store.ts';

/** How the tasks ask for it: ends the current run of a locked task. */
export const createCancelRun =
  (runs: RunStore, locks: Pick<LockStore, 'release'>) =>
  async (tx: JournalTransaction, task: Task, now: Date) => {
    const [run] = await runs.findRuns(tx, [{ taskId: task.id, revision: task.revision }]);
    if (!run || run.finishedAt !== null) {
      // Where nobody knew what it did, it had kept what it changes.
      if (run) locks.release(tx, run.id);
      return accepted(null);
    }
    if (run.rollback) return refused(rollsBack);
    const steps = await runs.findSteps(tx, [run.id]);
    const claimed = steps.filter(({ fence }) => fence > 0).map(({ id }) => id);
    const effects = claimed.length === 0 ? [] : await runs.findEffects(tx, claimed);
    const { run: cancelled, changed, end, error } = cancelRun(run, steps, stepsInDoubt(effects), now);
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
