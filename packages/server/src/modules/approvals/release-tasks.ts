import { eventOf } from '../../domain/events.ts';
import { queuedEvent, startRun, type StartedRun } from '../../domain/intake.ts';
import type { Plan, PlanDocument } from '../../domain/plan.ts';
import { asPlanned, become, type Task } from '../../domain/task.ts';
import type { NewId } from '../../infra/ids.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import type { PlanReader } from '../../record/plan-reader.ts';
import type { PlanStore } from '../../record/plan-store.ts';
import type { RunStore } from '../../record/run-store.ts';

/**
 * Starts the runs of approved tasks whose undo window is over. The tasks are locked by the caller,
 * who also saves them as they come back: QUEUED, or FAILED where the stored plan is not the decided one.
 */
export type ReleaseTasks = (
  tx: JournalTransaction,
  tasks: readonly Task[],
  now: Date,
) => Promise<ReadonlyMap<string, Task>>;

export const createReleaseTasks =
  (plans: PlanStore, reader: PlanReader, runs: RunStore, newId: NewId): ReleaseTasks =>
  async (tx, tasks, now) => {
    if (tasks.length === 0) return new Map();
    const found = await plans.find(
      tx,
      tasks.map((task) => ({ taskId: task.id, revision: task.revision })),
    );
    const started: StartedRun[] = [];
    const released = tasks.map((task): Task => {
      const document = approvedDocument(reader, found, task);
      if (!document) {
        const message = 'The stored plan is not the plan that was approved.';
        tx.record(eventOf(task, now)('task.failed', message, { code: 'CONFLICT', message }));
        const queued = { ...task, status: become(task.status, 'QUEUED') };
        const error = { code: 'CONFLICT' as const, message };
        return { ...queued, status: become(queued.status, 'FAILED'), error, updatedAt: now, finishedAt: now };
      }
      const run = startRun(asPlanned(task), document, now, newId);
      started.push(run);
      tx.record(queuedEvent(task, run.run, now));
      return { ...task, status: become(task.status, 'QUEUED'), updatedAt: now };
    });
    runs.start(tx, started);
    tx.wake('outbox');
    return new Map(released.map((task) => [task.id, task]));
  };

/** Null where the bytes are not those that people approved, or people were shown something else. */
const approvedDocument = (reader: PlanReader, plans: readonly Plan[], task: Task): PlanDocument | null => {
  const plan = plans.find(({ taskId, hash }) => taskId === task.id && hash === task.planHash);
  return plan ? reader.readAsShown(plan) : null;
};
