import { stale } from '../../domain/approval.ts';
import type { ApprovalRequest } from '../../domain/approval-request.ts';
import { callerFault } from '../../domain/eligibility.ts';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { eventOf } from '../../domain/events.ts';
import { handsBehind } from '../../domain/hands.ts';
import { noteFault } from '../../domain/note.ts';
import type { Caller } from '../../domain/principal.ts';
import { asPlanned, type Task } from '../../domain/task.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { saveRevisions, type NewRevision, type RevisionStores } from '../../record/save-revisions.ts';
import { makeRevision, type RevisionDependencies } from './make-revision.ts';
import { maxRevisions, supersede } from './plan-task.ts';
import { readSubmission, type ReadSubmission } from './submission.ts';

export interface EditDependencies extends RevisionDependencies {
  readonly journal: Journal;
  readonly stores: RevisionStores;
  readonly findPrincipal: FindPrincipal;
}

export interface EditRequest {
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly actions: readonly unknown[];
  readonly comment: string | null;
}

export interface Edited {
  readonly task: Task;
  readonly approval: ApprovalRequest | null;
}

/**
 * Makes the next revision of a task that waits for people, of other actions: checked, planned and decided like any
 * other, and asked about anew. What was proposed stays as its own revision. Who edited does not decide on it,
 * unless policy lets editors.
 */
export const editTask = async (
  deps: EditDependencies,
  viewer: Caller,
  edit: EditRequest,
): Promise<Outcome<Edited>> => {
  const found = await deps.journal.transaction((tx) => standing(deps, tx, viewer, edit));
  if (!found.ok) return found;
  const { task } = found.value;
  const read = readEdit(deps, task, edit);
  if (!read.ok) return read;
  const made = await revise(deps, viewer, task, read.value, edit);
  if (!made.ok) return made;
  if (made.value.intake.task.status === 'DENIED') {
    const message = made.value.intake.task.error?.message ?? 'Policy denies what you made of it.';
    return refused(refusal('POLICY_DENIED', message));
  }
  return save(deps, viewer, edit, made.value);
};

interface Standing {
  readonly task: Task;
  readonly request: ApprovalRequest;
}

const unknownTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');
const notAsked = refusal('NOT_IN_THIS_STATE', 'Only a task that waits for people can be edited.');

/** The task and the open request about it, where this caller may edit exactly this revision now. */
const standing = async (
  { stores, clock }: EditDependencies,
  tx: JournalTransaction,
  viewer: Caller,
  edit: EditRequest,
): Promise<Outcome<Standing>> => {
  const task = (await stores.tasks.lock(tx, [edit.taskId])).tasks.get(edit.taskId);
  if (task?.tenantId !== viewer.tenantId) return refused(unknownTask);
  const [request] = await stores.approvals.find(tx, [{ taskId: task.id, revision: task.revision }]);
  if (task.status !== 'AWAITING_APPROVAL' || request?.status !== 'PENDING') return refused(notAsked);
  const no = editFault(viewer, task, request, edit) ?? (clock.now() < request.expiresAt ? null : notAsked);
  return no ? refused(no) : accepted({ task, request });
};

const editFault = (
  viewer: Caller,
  task: Task,
  request: ApprovalRequest,
  edit: EditRequest,
): Refusal | null => {
  const isRequester = task.submittedById === viewer.id;
  const fault = noteFault(edit.comment, 'comment');
  return (
    (isRequester ? null : callerFault(request, [], viewer)) ??
    stale(asPlanned(task), edit) ??
    (fault ? invalidInput([fault]) : null) ??
    (task.revision < maxRevisions
      ? null
      : refusal('NOT_IN_THIS_STATE', `A task has ${maxRevisions} revisions at most: decide on this one.`))
  );
};

const readEdit = (
  { prepareActions }: EditDependencies,
  { idempotencyKey, goal, environment, actions: before }: Task,
  { actions }: EditRequest,
): Outcome<ReadSubmission> => {
  const read = readSubmission({ idempotencyKey, goal, environment, actions }, prepareActions);
  if (!read.ok || canonicalJson(read.value.request.actions) !== canonicalJson(before)) return read;
  return refused(invalidInput([{ path: 'actions', message: 'are what was asked for: nothing is edited' }]));
};

const revise = async (
  deps: EditDependencies,
  viewer: Caller,
  task: Task,
  { request: { actions }, workflow }: ReadSubmission,
  { revision, planHash, comment }: EditRequest,
): Promise<Outcome<NewRevision>> => {
  const requester = await deps.findPrincipal(task.submittedById);
  if (!requester)
    return refused(refusal('AUTHORIZATION_FAILED', 'Who submitted the task may not act any more.'));
  const request = { ...task, actions };
  const made = await makeRevision(deps, {
    frame: { ...request, revision: task.revision + 1 },
    request,
    workflow,
    requester,
    // As long as the planner takes at most: the caller waits.
    signal: new AbortController().signal,
    firstEvents: (next) => [
      eventOf(next, next.updatedAt, viewer.id)(
        'task.edited',
        `${viewer.name} edited revision ${revision}${comment ? `: ${comment}` : ''}`,
        { revision, planHash, comment },
      ),
    ],
  });
  return made.ok ? accepted(askOthers(made.value, viewer)) : made;
};

/** Whoever made the plan what it is does not decide on it, nor do those behind them. */
const askOthers = (made: NewRevision, viewer: Caller): NewRevision => {
  const { approval } = made.intake;
  if (!approval) return made;
  const own = approval.mayEditorApprove ? [] : [viewer.id, ...handsBehind(viewer)];
  const excludedIds = [...new Set([...approval.excludedIds, ...own])];
  return {
    ...made,
    intake: { ...made.intake, approval: { ...approval, excludedIds, editedById: viewer.id } },
  };
};

/** Somebody may have decided, or edited, meanwhile. */
const save = (
  deps: EditDependencies,
  viewer: Caller,
  edit: EditRequest,
  made: NewRevision,
): Promise<Outcome<Edited>> =>
  deps.journal.transaction(async (tx) => {
    const current = await standing(deps, tx, viewer, edit);
    if (!current.ok) return current;
    const { task, approval } = made.intake;
    await supersede(deps.stores.approvals, tx, current.value.task, task.updatedAt);
    saveRevisions(deps.stores, tx, [made]);
    deps.stores.tasks.update(tx, [task]);
    return accepted({ task, approval });
  });
