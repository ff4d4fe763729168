import { eventOf } from '../../domain/events.ts';
import { invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { become, type Task } from '../../domain/task.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { makeEntrance, noVerdict, type EntranceDependencies } from './make-entrance.ts';
import { saveRevisions, type Entrance, type EntryStores } from '../../record/save-entries.ts';

/** A target that moves under every plan is not chased for ever, even where people say yes each time. */
const maxRevisions = 10;

export interface ReplanDependencies extends EntranceDependencies {
  readonly journal: Journal;
  readonly stores: EntryStores;
  readonly findPrincipal: FindPrincipal;
}

/**
 * Makes the next revision of a task whose plan met a changed target. The old revision's approval is
 * superseded; the new plan is decided anew. Does nothing unless the task is PLANNING, so it may be called again.
 */
export const replanTask = async (deps: ReplanDependencies, taskId: string): Promise<void> => {
  const { journal, stores } = deps;
  const { task, wasAsked } = await journal.transaction(async (tx) => {
    const { tasks } = await stores.tasks.lock(tx, [taskId]);
    const found = tasks.get(taskId);
    const asked = found ? await stores.approvals.find(tx, [{ taskId, revision: found.revision }]) : [];
    return { task: found, wasAsked: asked.length > 0 };
  });
  if (task?.status !== 'PLANNING') return;
  const made = await makeRevision(deps, task, wasAsked);
  // It stays in planning, and is taken up again by who looks for what is stuck there.
  if (!made.ok && made.refusal === noVerdict) return;
  await journal.transaction(async (tx) => {
    const { tasks, now } = await stores.tasks.lock(tx, [taskId]);
    const current = tasks.get(taskId);
    // Planning took a while: somebody may have cancelled the task, or planned it.
    if (current?.status !== 'PLANNING' || current.revision !== task.revision) return;
    if (!made.ok) {
      stores.tasks.update(tx, [failed(tx, current, made.refusal, now)]);
      return;
    }
    await supersede(stores.approvals, tx, current, now);
    saveRevisions(stores, tx, [made.value]);
    stores.tasks.update(tx, [made.value.entry.task]);
  });
};

/** Where nobody was asked about the plan, trying it anew is one more attempt of the same. */
const makeRevision = async (
  deps: ReplanDependencies,
  task: Task,
  wasAsked: boolean,
): Promise<Outcome<Entrance>> => {
  const most = wasAsked ? maxRevisions : Math.min(maxRevisions, task.retry.maxRetries + 1);
  if (task.revision >= most) {
    const plans = task.revision === 1 ? 'the plan' : `${task.revision} plans`;
    return refused(refusal('PRECONDITION_FAILED', `The target changed under ${plans}.`));
  }
  const requester = await deps.findPrincipal(task.submittedById);
  if (!requester) {
    return refused(refusal('AUTHORIZATION_FAILED', 'Who submitted the task may not act any more.'));
  }
  const { prepared, faults } = deps.prepareActions(task.actions);
  if (faults.length > 0) return refused(invalidInput(faults));
  return makeEntrance(deps, { ...task, revision: task.revision + 1 }, task, prepared, requester, () => []);
};

const failed = (tx: JournalTransaction, task: Task, { code, message }: Refusal, now: Date): Task => {
  const error = { code, message };
  tx.record(eventOf(task, now)('task.failed', `Could not plan again: ${message}`, error));
  return { ...task, status: become(task.status, 'FAILED'), error, updatedAt: now, finishedAt: now };
};

const supersede = async (
  approvals: ApprovalStore,
  tx: JournalTransaction,
  task: Task,
  now: Date,
): Promise<void> => {
  const old = await approvals.find(tx, [{ taskId: task.id, revision: task.revision }]);
  approvals.update(
    tx,
    old.map((request) => ({ ...request, status: 'SUPERSEDED', resolvedAt: now })),
  );
  old.forEach(({ id, revision, planHash }) => {
    const about = { approvalId: id, revision, planHash, status: 'SUPERSEDED' } as const;
    tx.record(eventOf(task, now)('approval.resolved', 'A newer revision of the plan took its place', about));
  });
};
