import { standingChanges, type ApprovalRequest } from '../../domain/approval-request.ts';
import { eventOf } from '../../domain/events.ts';
import type { PlanDocumentStep } from '../../domain/plan.ts';
import { movedWords } from '../../domain/target-watch.ts';
import { asPlanned, type Task } from '../../domain/task.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import { saveRevisions } from '../../record/save-revisions.ts';
import { nextRevision, supersede, type PlanTaskDependencies } from './plan-task.ts';

/** One revision that people were asked about. */
export interface AskedRevision {
  readonly taskId: string;
  readonly revision: number;
}

interface Asked {
  readonly task: Task;
  readonly request: ApprovalRequest;
  readonly now: Date;
}

/**
 * Says of an open request that what it would change has moved, so that nobody says yes to it any more, and plans the
 * task again: people are asked about what would be done now. Nothing happens where the request is not open any more.
 */
export const replanMoved = async (
  deps: PlanTaskDependencies,
  asked: AskedRevision,
  moved: readonly PlanDocumentStep[],
  signal: AbortSignal,
): Promise<void> => {
  const found = await markStale(deps, asked, moved);
  if (!found) return;
  const { task, request } = found;
  // It waits for a revision already, which planning the same again would not be.
  if (found.waitsForChanges) return;
  // People were asked, so they are asked about what became of it, whatever policy says of it now.
  const made = await nextRevision(deps, task, request, signal, { ...task, requiresApproval: true });
  signal.throwIfAborted();
  if (!made.ok) {
    if (made.refusal.retriable) return;
    const reason = `${movedWords(asked.revision, moved)} It cannot be planned again as it is now: ${made.refusal.message}`;
    await inTransaction(deps, asked, (tx, current) => {
      setStale(deps, tx, current, current.request.staleSince ?? current.now, reason);
      return Promise.resolve();
    });
    return;
  }
  const { value: next } = made;
  await inTransaction(deps, asked, async (tx, { task: current, now }) => {
    const message = movedWords(asked.revision, moved);
    tx.record(
      eventOf(current, now)('plan.superseded', `Planned again: ${message}`, {
        code: 'PRECONDITION_FAILED',
        message,
      }),
    );
    await supersede(deps.stores.approvals, tx, current, now);
    saveRevisions(deps.stores, tx, [next]);
    deps.stores.tasks.update(tx, [next.intake.task]);
  });
};

/** What had moved is as it was again. */
export const markFresh = async (deps: PlanTaskDependencies, asked: AskedRevision): Promise<void> => {
  await inTransaction(deps, asked, (tx, current) => {
    const { task, request, now } = current;
    if (request.staleSince === null) return Promise.resolve();
    setStale(deps, tx, current, null, null);
    tx.record(
      eventOf(task, now)(
        'approval.fresh',
        'What it would change is as its plan found it again',
        aboutOf(request),
      ),
    );
    return Promise.resolve();
  });
};

const markStale = async (
  deps: PlanTaskDependencies,
  asked: AskedRevision,
  moved: readonly PlanDocumentStep[],
): Promise<(Asked & { waitsForChanges: boolean }) | null> =>
  inTransaction(deps, asked, async (tx, current) => {
    const { task, request, now } = current;
    const reason = movedWords(asked.revision, moved);
    if (request.staleSince === null) {
      setStale(deps, tx, current, now, reason);
      tx.record(
        eventOf(task, now)('approval.stale', reason, {
          ...aboutOf(request),
          reason,
          steps: moved.map(({ name }) => name),
        }),
      );
    }
    const reviews = await deps.stores.approvals.findReviews(tx, [request.id]);
    return { ...current, waitsForChanges: standingChanges(reviews, request.planHash).length > 0 };
  });

const aboutOf = ({ id, revision, planHash }: ApprovalRequest) => ({ approvalId: id, revision, planHash });

/** With the task, so that whoever follows it sees something new. */
const setStale = (
  { stores }: PlanTaskDependencies,
  tx: JournalTransaction,
  { task, request, now }: Asked,
  staleSince: Date | null,
  staleReason: string | null,
): void => {
  stores.approvals.update(tx, [{ ...request, staleSince, staleReason }]);
  stores.tasks.update(tx, [{ ...task, updatedAt: now }]);
};

/** With the task locked; null where people are not asked about this revision any more. */
const inTransaction = <Value>(
  { journal, stores }: PlanTaskDependencies,
  { taskId, revision }: AskedRevision,
  work: (tx: JournalTransaction, asked: Asked) => Promise<Value>,
): Promise<Value | null> =>
  journal.transaction(async (tx) => {
    const { tasks, now } = await stores.tasks.lock(tx, [taskId]);
    const task = tasks.get(taskId);
    if (task?.revision !== revision) return null;
    const [request] = await stores.approvals.find(tx, [{ taskId, revision }]);
    const isOpen =
      (task.status === 'AWAITING_APPROVAL' && request?.status === 'PENDING') ||
      (task.status === 'HELD' && request?.status === 'APPROVED');
    return request && isOpen ? work(tx, { task: asPlanned(task), request, now }) : null;
  });
