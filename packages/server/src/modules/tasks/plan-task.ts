import type { ApprovalRequest } from '../../domain/approval-request.ts';
import { stillOf } from '../../domain/edit.ts';
import { eventOf } from '../../domain/events.ts';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { faultsOf } from '../../domain/refusal-details.ts';
import { stopMessage } from '../../domain/decision.ts';
import { withInherited, type TaskSource } from '../../domain/source.ts';
import { become, type Task, type TaskRequest } from '../../domain/task.ts';
import { isPassingError } from '../../infra/database-errors.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { makeRevision, noVerdict, type RevisionDependencies } from './make-revision.ts';
import type { SourceStop } from './check-submission.ts';
import { isGoalAlone } from './goal-alone.ts';
import { readSubmission } from './submission.ts';
import { noRoom, rejectedBefore } from './submit-tasks.ts';
import {
  findRejected,
  findRoom,
  saveRevisions,
  settleGrants,
  withApproval,
  type NewRevision,
  type RevisionStores,
} from '../../record/save-revisions.ts';

/** A target that moves under every plan is not chased for ever, even where people say yes each time. */
export const maxRevisions = 10;

export interface PlanTaskDependencies extends RevisionDependencies {
  readonly journal: Journal;
  readonly stores: RevisionStores;
  /** Tasks of one submitter that may wait for people at once. */
  readonly openApprovalsEach: () => number;
  readonly findPrincipal: FindPrincipal;
  readonly sourceStop: SourceStop;
  readonly planGoal: PlanGoal;
}

/** Has an agent say what to do for a goal. Refused: what is missing; retriable where nobody can be asked now. */
export type PlanGoal = (asked: {
  readonly task: Task;
  /** Reads actions as every submission's are read. */
  readonly read: (actions: readonly unknown[]) => Outcome<Task['actions']>;
  readonly signal: AbortSignal;
}) => Promise<
  Outcome<{
    readonly agent: string;
    readonly actions: Task['actions'];
    /** What it was read from. */
    readonly sources: readonly TaskSource[];
    readonly asksAlways: boolean;
    readonly finish: (tx: JournalTransaction, now: Date) => void;
  }>
>;

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
  const whole = isGoalAlone(task) ? await giveActions(deps, task, signal) : accepted(task);
  if (whole.ok && whole.value === null) return;
  const made = whole.ok ? await nextRevision(deps, whole.value ?? task, before, signal) : whole;
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
    stores.tasks.update(tx, [outcome.value.intake.task]);
    saveRevisions(stores, tx, [outcome.value]);
  });
};

/**
 * Has an agent plan the goal, and keeps what it proposes as the task's actions: whatever happens from here on, nobody
 * thinks again. Null where the task went on by another way meanwhile.
 */
const giveActions = async (
  { planGoal, prepareActions, sourceStop, journal, stores }: PlanTaskDependencies,
  task: Task,
  signal: AbortSignal,
): Promise<Outcome<Task | null>> => {
  const { idempotencyKey, goal, environment } = task;
  const read = (actions: readonly unknown[]): Outcome<Task['actions']> => {
    const given = readSubmission({ idempotencyKey, goal, environment, actions }, prepareActions);
    return given.ok ? accepted(given.value.request.actions) : given;
  };
  const planned = await planGoal({ task, read, signal });
  if (!planned.ok) return planned;
  signal.throwIfAborted();
  const { agent, actions, asksAlways } = planned.value;
  const sources = withInherited(task.sources, null, planned.value.sources);
  const stop = await sourceStop(task.tenantId, sources);
  if (stop) return refused(refusal('POLICY_DENIED', stopMessage(stop)));
  return journal.transaction(async (tx) => {
    const { tasks, now } = await stores.tasks.lock(tx, [task.id]);
    const current = tasks.get(task.id);
    if (current?.status !== 'PLANNING' || !isGoalAlone(current)) return accepted(null);
    const requiresApproval = current.requiresApproval || asksAlways;
    const next: Task = { ...current, agent, actions, sources, requiresApproval, updatedAt: now };
    stores.tasks.update(tx, [next]);
    planned.value.finish(tx, now);
    return accepted(next);
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
  if (!made.ok) return made;
  const [settled = made.value] = (await settleGrants(stores.grants, tx, [made.value]))([made.value]);
  if (task.revision > 0) return accepted(settled);
  const rejection = (await findRejected(tx, [settled])).get(settled);
  if (rejection) return refused(rejectedBefore(rejection));
  const room = await findRoom(tx, stores.tasks, openApprovalsEach(), [settled]);
  return room.length > 0 ? accepted(settled) : refused(noRoom(openApprovalsEach()));
};

/**
 * The next plan of a task, decided; nothing is written. Where nobody was asked about the plan, trying it anew is one
 * more attempt of the same. `request` is what policy is told of it.
 */
export const nextRevision = async (
  deps: PlanTaskDependencies,
  task: Task,
  before: ApprovalRequest | null,
  signal: AbortSignal,
  request: TaskRequest = task,
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
  // What somebody else made of it is seen by people, however often it is planned.
  const isOfAnother = ![null, undefined, task.submittedById].includes(before?.editedById);
  const asked = { ...request, requiresApproval: request.requiresApproval || isOfAnother };
  const made = await makeRevision(deps, { frame, request: asked, workflow, requester, signal });
  return made.ok && before ? accepted(withApproval(made.value, (next) => stillOf(before, next))) : made;
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
