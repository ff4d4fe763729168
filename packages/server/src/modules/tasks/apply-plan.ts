import { stale } from '../../domain/approval.ts';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { eventOf, type NewEvent } from '../../domain/events.ts';
import { handsBehind } from '../../domain/hands.ts';
import { planChanges } from '../../domain/plan-changes.ts';
import type { PlanChange } from '../../domain/refusal-details.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import { asPlanned, type Task } from '../../domain/task.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { PreparedWorkflow } from '../../platforms/index.ts';
import type { Journal } from '../../record/journal.ts';
import type { PlanReader } from '../../record/plan-reader.ts';
import {
  findRejected,
  findRoom,
  saveRevisions,
  settleGrants,
  type NewRevision,
  type RevisionStores,
} from '../../record/save-revisions.ts';
import { refusalFor } from './check-submission.ts';
import { makeRevision, type RevisionDependencies } from './make-revision.ts';
import {
  laneRefusal,
  noRoom,
  rejectedBefore,
  type Submitted,
  type SubmitDependencies,
} from './submit-tasks.ts';

export interface ApplyDependencies extends RevisionDependencies {
  readonly journal: Journal;
  readonly stores: RevisionStores;
  readonly planReader: PlanReader;
  /** Tasks of one submitter that may wait for people at once. */
  readonly openApprovalsEach: () => number;
  readonly admitToLane: SubmitDependencies['admitToLane'];
}

export interface ApplyRequest {
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly idempotencyKey: string;
}

/** Whether somebody may have the plan of a task applied: it was only planned, and they asked for it. */
export const viewerCanApply = (viewer: Principal, task: Task): boolean =>
  task.submittedById === viewer.id && isApplicable(task);

const isApplicable = ({ mode, status, applyKey }: Task): boolean =>
  mode === 'PLAN' && status === 'SUCCEEDED' && applyKey === null;

/**
 * Makes the next revision of a task that was only planned, this time to be run: planned anew, and decided like any
 * other. Where it would do anything else than the plan that is named, it is refused with what differs.
 */
export const applyPlan = async (
  deps: ApplyDependencies,
  viewer: Caller,
  request: ApplyRequest,
  signal?: AbortSignal,
): Promise<Outcome<Submitted>> => {
  const [task] = await deps.stores.tasks.findMany(sightOf(viewer), [request.taskId]);
  if (!task) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such task.'));
  if (task.applyKey === request.idempotencyKey) return accepted({ task, isReplay: true });
  const no = refusalOf(viewer, task, request);
  if (no) return refused(no);
  const { workflow, faults } = deps.prepareActions(task.actions, task.environment);
  if (faults.length > 0) return refused(invalidInput(faults));
  const full = await laneRefusal(deps, viewer, { ...task, mode: 'APPLY' }, workflow);
  if (full) return refused(full);
  const made = await revise(deps, viewer, task, workflow, request, signal);
  if (!made.ok) return made;
  const differs = await changesOf(deps, task, made.value, workflow);
  return differs ? refused(differs) : save(deps, viewer, task, made.value, request);
};

const refusalOf = (viewer: Caller, task: Task, on: ApplyRequest): Refusal | null => {
  if (task.submittedById !== viewer.id)
    return refusal('AUTHORIZATION_FAILED', 'Who submitted the task has its plan applied.');
  if (handsBehind(viewer).some((id) => !task.handIds.includes(id)))
    return refusal(
      'AUTHORIZATION_FAILED',
      'Somebody has a hand in what you come with who had none in the submission: submit the task again.',
    );
  if (task.applyKey !== null) return refusal('CONFLICT', 'The plan of this task has been applied already.');
  if (!isApplicable(task))
    return refusal('CONFLICT', 'Only a task of mode PLAN that was planned and not denied can be applied.');
  return refusalFor(viewer, { ...task, parentTaskId: null }, new Set()) ?? stale(asPlanned(task), on);
};

const revise = (
  deps: ApplyDependencies,
  viewer: Caller,
  task: Task,
  workflow: PreparedWorkflow,
  { idempotencyKey, revision, planHash }: ApplyRequest,
  signal: AbortSignal | undefined,
): Promise<Outcome<NewRevision>> => {
  const request = { ...task, mode: 'APPLY' } as const;
  const applied = (next: Task): NewEvent =>
    eventOf(next, next.updatedAt, viewer.id)('task.applied', `Revision ${revision} is to be applied`, {
      revision,
      planHash,
    });
  return makeRevision(deps, {
    frame: { ...request, revision: task.revision + 1, applyKey: idempotencyKey, finishedAt: null },
    request,
    workflow,
    requester: viewer,
    signal,
    firstEvents: (next) => [applied(next)],
  });
};

const changesOf = async (
  { stores, planReader, journal }: ApplyDependencies,
  { id: taskId, revision }: Task,
  { plan }: NewRevision,
  { steps }: PreparedWorkflow,
): Promise<Refusal | null> => {
  const [named] = await journal.transaction((tx) => stores.plans.find(tx, [{ taskId, revision }]));
  const document = named && planReader.readAsShown(named);
  const now = planReader.readAsShown(plan);
  if (!named || !document || !now)
    return refusal('CONFLICT', 'What is stored of the plan is not what was planned: submit the task again.');
  const whole = new Set(steps.filter(({ prepared }) => prepared.showsWholeEffect).map(({ name }) => name));
  const changes = planChanges(
    { document, presentation: named.presentation },
    { document: now, presentation: plan.presentation },
    ({ name }) => whole.has(name),
    canonicalJson,
  );
  return changes.length > 0 ? changed(changes) : null;
};

const mostChanges = 50;

const changed = (changes: readonly PlanChange[]): Refusal => {
  const [first] = changes;
  const rest = changes.length > 1 ? ` (and ${changes.length - 1} more)` : '';
  const message = `It would do something else by now: step ${first?.step} differs in ${first?.parts.join(', ')}${rest}. Plan it again, and apply that.`;
  return refusal('PRECONDITION_FAILED', message, {
    details: { kind: 'CHANGED_PLAN', changes: changes.slice(0, mostChanges) },
  });
};

/** Somebody else may have been faster meanwhile. */
const save = (
  { journal, stores, openApprovalsEach }: ApplyDependencies,
  viewer: Caller,
  before: Task,
  made: NewRevision,
  request: ApplyRequest,
): Promise<Outcome<Submitted>> =>
  journal.transaction(async (tx) => {
    const { tasks } = await stores.tasks.lock(tx, [before.id]);
    const task = tasks.get(before.id) ?? before;
    if (task.applyKey === request.idempotencyKey) return accepted({ task, isReplay: true });
    const no = refusalOf(viewer, task, request);
    if (no) return refused(no);
    const [settled = made] = (await settleGrants(stores.grants, tx, [made]))([made]);
    const rejection = (await findRejected(tx, [settled])).get(settled);
    if (rejection) return refused(rejectedBefore(rejection));
    const room = await findRoom(tx, stores.tasks, openApprovalsEach(), [settled]);
    if (room.length === 0) return refused(noRoom(openApprovalsEach()));
    stores.tasks.update(tx, [settled.intake.task]);
    saveRevisions(stores, tx, [settled]);
    return accepted({ task: settled.intake.task, isReplay: false });
  });
