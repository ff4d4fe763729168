import { stale } from '../../domain/approval.ts';
import type { ApprovalRequest } from '../../domain/approval-request.ts';
import { callerFault } from '../../domain/eligibility.ts';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { eventOf, type NewEvent } from '../../domain/events.ts';
import { editedBy, stillOf } from '../../domain/edit.ts';
import { noteFault } from '../../domain/note.ts';
import { hasRight, type Caller } from '../../domain/principal.ts';
import type { Voter } from '../../domain/stand-in.ts';
import { asPlanned, type Task } from '../../domain/task.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import { endOpenDecoy } from '../../record/end-decoy.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import {
  findRejected,
  saveRevisions,
  settleGrants,
  withApproval,
  type NewRevision,
  type RevisionStores,
} from '../../record/save-revisions.ts';
import { refusalFor } from './check-submission.ts';
import { makeRevision, type RevisionDependencies } from './make-revision.ts';
import { maxRevisions, supersede } from './plan-task.ts';
import { laneRefusal, rejectedBefore, type SubmitDependencies } from './submit-tasks.ts';
import { actionsMissing, isGoalAlone } from './goal-alone.ts';
import { readSubmission, type ReadSubmission } from './submission.ts';

export interface EditDependencies extends RevisionDependencies {
  readonly journal: Journal;
  readonly stores: RevisionStores;
  readonly findPrincipal: FindPrincipal;
  /** Whoever calls, with those in whose place they decide now. */
  readonly asVoter: (caller: Caller) => Promise<Voter>;
  readonly admitToLane: SubmitDependencies['admitToLane'];
}

export interface EditRequest {
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly actions: readonly unknown[];
  readonly comment: string | null;
  /** Names of the actions that were only taken away, where nothing else was changed. */
  readonly refused?: readonly string[];
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
  caller: Caller,
  edit: EditRequest,
  signal?: AbortSignal,
): Promise<Outcome<Edited>> => {
  const viewer = await deps.asVoter(caller);
  const found = await deps.journal.transaction(async (tx) => {
    const current = await standing(deps, tx, viewer, edit);
    if (!current.ok) return current;
    const uncovered = await uncover(deps, tx, viewer, current.value, edit);
    return accepted(uncovered ?? current.value);
  });
  if (!found.ok) return found;
  const { task, request } = found.value;
  if (request.status !== 'PENDING') return accepted({ task, approval: request });
  const read = readEdit(deps, task, edit);
  if (!read.ok) return read;
  const full = await laneRefusal(
    deps,
    { id: task.submittedById, tenantId: task.tenantId },
    task,
    read.value.workflow,
  );
  if (full) return refused(full);
  const made = await revise(deps, viewer, found.value, read.value, edit, signal);
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
  viewer: Voter,
  edit: EditRequest,
): Promise<Outcome<Standing>> => {
  const task = (await stores.tasks.lock(tx, [edit.taskId])).tasks.get(edit.taskId);
  if (task?.tenantId !== viewer.tenantId) return refused(unknownTask);
  const [request] = await stores.approvals.find(tx, [{ taskId: task.id, revision: task.revision }]);
  if (task.status !== 'AWAITING_APPROVAL' || request?.status !== 'PENDING') return refused(notAsked);
  const no = editFault(viewer, task, request, edit) ?? (clock.now() < request.expiresAt ? null : notAsked);
  return no ? refused(no) : accepted({ task, request });
};

/** Whoever edits a decoy caught it; whoever lets a part of it go on did not. */
const uncover = (
  { stores, clock }: EditDependencies,
  tx: JournalTransaction,
  by: Voter,
  { task, request }: Standing,
  { refused }: EditRequest,
): Promise<Standing | null> => {
  const word = { by, isApproval: refused !== undefined, consideredMs: null };
  return endOpenDecoy(stores, tx, { task, request }, word, clock.now());
};

const editFault = (
  viewer: Voter,
  task: Task,
  request: ApprovalRequest,
  edit: EditRequest,
): Refusal | null => {
  // Who takes a part away for good decides on it.
  const isRequester = task.submittedById === viewer.id && edit.refused === undefined;
  const fault = noteFault(edit.comment, 'comment');
  return (
    (isRequester ? requesterFault(viewer, task) : callerFault(request, [], viewer)) ??
    stale(asPlanned(task), edit) ??
    (fault ? invalidInput([fault]) : null) ??
    (task.revision < maxRevisions
      ? null
      : refusal('NOT_IN_THIS_STATE', `A task has ${maxRevisions} revisions at most: decide on this one.`))
  );
};

/** To give other actions is to submit them. */
const requesterFault = (viewer: Voter, task: Task): Refusal | null =>
  hasRight(viewer, 'SUBMIT')
    ? refusalFor(viewer, { ...task, parentTaskId: null }, new Set())
    : refusal(
        'AUTHORIZATION_FAILED',
        'Who asked for it edits it with the submitter role alone, which you have no more.',
      );

const readEdit = (
  { prepareActions }: EditDependencies,
  { idempotencyKey, goal, environment, actions: before }: Task,
  { actions }: EditRequest,
): Outcome<ReadSubmission> => {
  const read = readSubmission({ idempotencyKey, goal, environment, actions }, prepareActions);
  if (read.ok && isGoalAlone(read.value.request)) return refused(actionsMissing);
  if (!read.ok || canonicalJson(read.value.request.actions) !== canonicalJson(before)) return read;
  return refused(invalidInput([{ path: 'actions', message: 'are what was asked for: nothing is edited' }]));
};

const revise = async (
  deps: EditDependencies,
  viewer: Voter,
  { task, request: before }: Standing,
  { request: { actions }, workflow }: ReadSubmission,
  edit: EditRequest,
  signal: AbortSignal | undefined,
): Promise<Outcome<NewRevision>> => {
  const requester = await deps.findPrincipal(task.submittedById);
  if (!requester)
    return refused(refusal('AUTHORIZATION_FAILED', 'Who submitted the task may not act any more.'));
  const edited = { ...task, actions };
  const isRequester = viewer.id === task.submittedById;
  const made = await makeRevision(deps, {
    frame: { ...edited, revision: task.revision + 1 },
    // What somebody else makes of it is seen by people, whatever the requester could do without them.
    request: { ...edited, requiresApproval: task.requiresApproval || !isRequester },
    workflow,
    requester,
    signal,
    firstEvents: (next) => [editEvent(viewer, edit, next)],
  });
  if (!made.ok) return made;
  return accepted(
    withApproval(made.value, (asked) =>
      edit.refused ? stillOf(before, asked) : editedBy(viewer, asked, isRequester ? before : null),
    ),
  );
};

const editEvent = (
  viewer: Voter,
  { revision, planHash, comment, refused: names }: EditRequest,
  next: Task,
): NewEvent => {
  const event = eventOf(next, next.updatedAt, viewer.id);
  const why = comment ? `: ${comment}` : '';
  return names
    ? event('task.part_refused', `${viewer.name} refused ${names.join(', ')} of revision ${revision}${why}`, {
        revision,
        planHash,
        refused: [...names],
        reason: comment ?? '',
      })
    : event('task.edited', `${viewer.name} edited revision ${revision}${why}`, {
        revision,
        planHash,
        comment,
      });
};

/** Somebody may have decided, or edited, meanwhile. */
const save = (
  deps: EditDependencies,
  viewer: Voter,
  edit: EditRequest,
  made: NewRevision,
): Promise<Outcome<Edited>> =>
  deps.journal.transaction(async (tx) => {
    const current = await standing(deps, tx, viewer, edit);
    if (!current.ok) return current;
    const [settled = made] = (await settleGrants(deps.stores.grants, tx, [made]))([made]);
    const { task, approval } = settled.intake;
    // A requester's edit is one more way to ask.
    const rejection = viewer.id === task.submittedById && (await findRejected(tx, [settled])).get(settled);
    if (rejection) return refused(rejectedBefore(rejection));
    await supersede(deps.stores.approvals, tx, current.value.task, task.updatedAt);
    deps.stores.tasks.update(tx, [task]);
    saveRevisions(deps.stores, tx, [settled]);
    return accepted({ task, approval });
  });
