import type { ApprovalRequest } from '../../domain/approval-request.ts';
import { stillOf } from '../../domain/edit.ts';
import { eventOf } from '../../domain/events.ts';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { faultsOf } from '../../domain/refusal-details.ts';
import { become, type Task } from '../../domain/task.ts';
import { isPassingError } from '../../infra/database-errors.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { makeRevision, noVerdict, type RevisionDependencies } from './make-revision.ts';
import { noRoom, rejectedBefore } from './submit-tasks.ts';
import {
  findRejected,
  findRoom,
  saveRevisions,
  type NewRevision,
  type RevisionStores,
} from '../../record/save-revisions.ts';

/** A target that moves under every plan is not chased for ever, even where people say yes each time. */
export const maxRevisions = 10;

export interface PlanTaskDependencies extends RevisionDependencies {
  readonly journal: Journal;
  readonly stores: RevisionStores;
  /** Tasks of one submitter that may wait for people at once. */
  readonly openApprovalsEach: number;
  readonly findPrincipal: FindPrincipal;
}

/**
 * Makes the next revision of a task in PLANNING, and decides it: the first, or one in place of a plan that met a
 * changed target, whose approval is superseded. Does nothing where the task is not in PLANNING, so it may be done again.
 * @throws where it is to be tried again: the policy engine or a platform gave no answer, something broke, or the
 * signal aborted
 */
export const planTask = async (
  deps: PlanTaskDependencies,
  taskId: string,
  signal: AbortSignal,
): Promise<void> => {
  try {
    await tryToPlan(deps, taskId, signal);
  } catch (error) {
    if (signal.aborted || error instanceof NotNow || isPassingError(error)) throw error;
    await deps.journal.transaction(async (tx) => {
      const { tasks, now } = await deps.stores.tasks.lock(tx, [taskId]);
      const task = tasks.get(taskId);
      if (task?.status !== 'PLANNING' || isPatient(task, now)) throw error;
      deps.stores.tasks.update(tx, [failed(tx, task, brokeEveryTime, now)]);
    });
  }
};

class NotNow extends Error {}

const tryToPlan = async (deps: PlanTaskDependencies, taskId: string, signal: AbortSignal): Promise<void> => {
  const { journal, stores } = deps;
  const { task, before } = await journal.transaction(async (tx) => {
    const { tasks } = await stores.tasks.lock(tx, [taskId]);
    const found = tasks.get(taskId);
    const asked = found ? await stores.approvals.find(tx, [{ taskId, revision: found.revision }]) : [];
    return { task: found, before: asked[0] ?? null };
  });
  if (task?.status !== 'PLANNING') return;
  const made = await nextRevision(deps, task, before, signal);
  signal.throwIfAborted();
  if (!made.ok && mayPass(made.refusal, task, deps.clock.now()))
    throw new NotNow(`It cannot be planned now: ${made.refusal.message}`);
  await journal.transaction(async (tx) => {
    const { tasks, now } = await stores.tasks.lock(tx, [taskId]);
    const current = tasks.get(taskId);
    // Planning took a while: somebody may have cancelled the task, or planned it.
    if (current?.status !== 'PLANNING' || current.revision !== task.revision) return;
    const outcome = await withRoom(deps, tx, current, made);
    if (!outcome.ok) {
      stores.tasks.update(tx, [failed(tx, current, outcome.refusal, now)]);
      return;
    }
    await supersede(stores.approvals, tx, current, now);
    saveRevisions(stores, tx, [outcome.value]);
    stores.tasks.update(tx, [outcome.value.intake.task]);
  });
};

/** What may pass, a platform that cannot be asked or a fault of ours, is tried again for so long and no longer. */
const patienceMs = 10 * 60_000;

const isPatient = ({ updatedAt }: Task, now: Date): boolean =>
  now.getTime() - updatedAt.getTime() < patienceMs;

const mayPass = (no: Refusal, task: Task, now: Date): boolean =>
  no === noVerdict || (no.retriable && isPatient(task, now));

const brokeEveryTime = refusal(
  'INTERNAL_ERROR',
  'Its planning broke on our side at every try for ten minutes. The log says how.',
);

/** A first plan that asks people needs the room that a submission needs; a later one has that of the one before. */
const withRoom = async (
  { stores, openApprovalsEach }: PlanTaskDependencies,
  tx: JournalTransaction,
  task: Task,
  made: Outcome<NewRevision>,
): Promise<Outcome<NewRevision>> => {
  if (!made.ok || task.revision > 0) return made;
  const rejection = (await findRejected(tx, [made.value])).get(made.value);
  if (rejection) return refused(rejectedBefore(rejection));
  const room = await findRoom(tx, stores.tasks, openApprovalsEach, [made.value]);
  return room.length > 0 ? made : refused(noRoom(openApprovalsEach));
};

/** Where nobody was asked about the plan, trying it anew is one more attempt of the same. */
const nextRevision = async (
  deps: PlanTaskDependencies,
  task: Task,
  before: ApprovalRequest | null,
  signal: AbortSignal,
): Promise<Outcome<NewRevision>> => {
  const most = before ? maxRevisions : Math.min(maxRevisions, task.retry.maxRetries + 1);
  if (task.revision >= most) {
    const plans = task.revision === 1 ? 'the plan' : `${task.revision} plans`;
    return refused(refusal('PRECONDITION_FAILED', `The target changed under ${plans}.`));
  }
  const requester = await deps.findPrincipal(task.submittedById);
  if (!requester) {
    return refused(refusal('AUTHORIZATION_FAILED', 'Who submitted the task may not act any more.'));
  }
  const { workflow, faults } = deps.prepareActions(task.actions, task.environment);
  if (faults.length > 0) return refused(invalidInput(faults));
  const frame = { ...task, revision: task.revision + 1 };
  const made = await makeRevision(deps, { frame, request: task, workflow, requester, signal });
  if (!made.ok || !before || !made.value.intake.approval) return made;
  const { intake } = made.value;
  return accepted({
    ...made.value,
    intake: { ...intake, approval: stillOf(before, made.value.intake.approval) },
  });
};

const failed = (tx: JournalTransaction, task: Task, { code, message, details }: Refusal, now: Date): Task => {
  const faults = faultsOf(details);
  const error = { code, message, ...(faults.length > 0 ? { faults } : {}) };
  const words = task.revision === 0 ? 'Could not be planned' : 'Could not plan again';
  tx.record(eventOf(task, now)('task.failed', `${words}: ${message}`, { code, message }));
  return { ...task, status: become(task.status, 'FAILED'), error, updatedAt: now, finishedAt: now };
};

export const supersede = async (
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
