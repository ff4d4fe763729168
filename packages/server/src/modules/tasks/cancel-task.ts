import { eventOf } from '../../domain/events.ts';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { noteFault } from '../../domain/note.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Settlement } from '../../domain/run.ts';
import { noCancel } from '../../domain/run-refusals.ts';
import { become, goOn, type Task } from '../../domain/task.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { endOpenDecoy } from '../../record/end-decoy.ts';
import type { TaskStore } from '../../record/task-store.ts';

/**
 * Ends the current run of a locked task. Its end is null where a step in flight has to finish first; the
 * whole is null where no run is under way. `isRepeated`: somebody asked before. A run that undoes what it did is
 * not cancelled: a refusal.
 */
export type CancelRun = (
  tx: JournalTransaction,
  task: Task,
  now: Date,
) => Promise<Outcome<CancelledRun | null>>;

export interface CancelledRun extends Pick<Settlement, 'end' | 'error'> {
  readonly isRepeated: boolean;
  /** Names of the steps in flight, which finish first. */
  readonly running: readonly string[];
}

export interface CancelDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly approvals: ApprovalStore;
  readonly cancelRun: CancelRun;
  /** Nobody is to plan the task any more. */
  readonly withdrawPlan: (tx: JournalTransaction, taskId: string) => void;
}

/** Ends a task: what waits never starts; a step in flight finishes first and the task ends with it. */
export const cancelTask = (
  deps: CancelDependencies,
  viewer: Principal,
  taskId: string,
  reason: string | null,
): Promise<Outcome<Task>> =>
  deps.journal.transaction(async (tx) => {
    const { tasks, now } = await deps.tasks.lock(tx, [taskId]);
    const task = tasks.get(taskId);
    const no = refusalOf(viewer, task, reason);
    if (!task || no) return refused(no ?? unknownTask);
    const uncovered = await uncover(deps, tx, viewer, task, now);
    if (uncovered) return accepted(uncovered);
    const event = eventOf(task, now, viewer.id);
    const outcome = await deps.cancelRun(tx, task, now);
    if (!outcome.ok) return outcome;
    const ended = outcome.value;
    if (ended && !ended.end) {
      // What is in flight may have to be taken over from a lost worker, which a paused task's is not.
      const going: Task =
        task.status === 'PAUSED' ? { ...task, status: goOn(task.status, 'RUNNING'), updatedAt: now } : task;
      if (going !== task) deps.tasks.update(tx, [going]);
      if (!ended.isRepeated) {
        const first = ended.running.length === 1 ? 'finishes' : 'finish';
        const words = `Cancelling: ${ended.running.join(', ')} ${first} first`;
        tx.record(event('task.cancelling', words, { reason, running: ended.running }));
      }
      return accepted(going);
    }
    if (ended?.end === 'NEEDS_ATTENTION') {
      const status = become(task.status, 'NEEDS_ATTENTION');
      const attention: Task = { ...task, status, error: ended.error, updatedAt: now };
      deps.tasks.update(tx, [attention]);
      tx.record(
        event('task.needs_attention', 'Cancelled, and a person must find out what happened', { reason }),
      );
      return accepted(attention);
    }
    if (task.status === 'PLANNING') deps.withdrawPlan(tx, taskId);
    await closeApproval(deps.approvals, tx, task, event, now);
    const status = become(task.status, 'CANCELLED');
    const message = reason ? `Cancelled: ${reason}` : 'Cancelled';
    const error = { code: 'TASK_CANCELLED', message } as const;
    const cancelled: Task = { ...task, status, error, updatedAt: now, finishedAt: now };
    deps.tasks.update(tx, [cancelled]);
    tx.record(event('task.cancelled', message, { reason }));
    return accepted(cancelled);
  });

const unknownTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');

const refusalOf = (viewer: Principal, task: Task | undefined, reason: string | null): Refusal | null => {
  if (task?.tenantId !== viewer.tenantId) return unknownTask;
  const fault = noteFault(reason, 'reason');
  if (fault) return invalidInput([fault]);
  return noCancel(viewer, task, null);
};

/** Whoever takes a decoy for what must not run caught it. */
const uncover = async (
  deps: CancelDependencies,
  tx: JournalTransaction,
  by: Principal,
  task: Task,
  now: Date,
): Promise<Task | null> => {
  if (task.status !== 'AWAITING_APPROVAL') return null;
  const [request] = await deps.approvals.find(tx, [{ taskId: task.id, revision: task.revision }]);
  if (!request) return null;
  const word = { by, isApproval: false, consideredMs: null };
  return (await endOpenDecoy(deps, tx, { task, request }, word, now))?.task ?? null;
};

/** Closes the request of a task that ended: nobody is asked any more, and approvals of it no longer count. */
const closeApproval = async (
  approvals: ApprovalStore,
  tx: JournalTransaction,
  task: Task,
  event: ReturnType<typeof eventOf>,
  now: Date,
): Promise<void> => {
  const requests = await approvals.find(tx, [{ taskId: task.id, revision: task.revision }]);
  const open = requests.filter(({ status }) => status === 'PENDING' || status === 'APPROVED');
  approvals.update(
    tx,
    open.map((request) => ({ ...request, status: 'CANCELLED', resolvedAt: now })),
  );
  open.forEach(({ id, revision, planHash }) => {
    const about = { approvalId: id, revision, planHash, status: 'CANCELLED' } as const;
    tx.record(event('approval.resolved', 'The task was cancelled', about));
  });
};
