import { reasonLack, type ApprovalStatus, type TaskStatus, type Verdict } from '@countersign/shared';
import { review, stale, unreadablePlan, withdraw, type Reviewed } from '../../domain/approval.ts';
import type { ApprovalRequest, Review } from '../../domain/approval-request.ts';
import { endDecoy, type Decoy } from '../../domain/decoy.ts';
import { countedReviews, ineligibility } from '../../domain/eligibility.ts';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { voteOf } from '../../domain/hands.ts';
import { approvingIsStopped } from '../../domain/kill-switch.ts';
import { noteFault } from '../../domain/note.ts';
import { become, canBecome, type Task } from '../../domain/task.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import { recordVote } from './record-vote.ts';
import { stepUpLack } from './step-ups.ts';
import { usedLink } from '../../domain/approval-link.ts';
import {
  type DecideCommand,
  type DecideDependencies,
  type DecisionBatch,
  loadBatch,
  saveBatch,
} from './decision-batch.ts';

export interface Decided {
  readonly task: Task;
  readonly approval: ApprovalRequest;
}

/** Decides many commands in one transaction, one after another. */
export const decideApprovals = (
  deps: DecideDependencies,
  commands: readonly DecideCommand[],
): Promise<Outcome<Decided>[]> =>
  deps.journal.transaction(async (tx) => {
    const batch = await loadBatch(deps, tx, commands);
    const outcomes = commands.map((command) => decideOne(deps, tx, batch, command));
    const decided = new Set(outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.task.id] : [])));
    const tasks = await saveBatch(deps, tx, batch, decided);
    return outcomes.map((outcome) => {
      if (!outcome.ok) return outcome;
      const { id } = outcome.value.task;
      return accepted({ ...outcome.value, task: tasks.get(id) ?? outcome.value.task });
    });
  });

export const decideOne = (
  { newId }: DecideDependencies,
  tx: JournalTransaction,
  batch: DecisionBatch,
  command: DecideCommand,
): Outcome<Decided> => {
  const task = batch.tasks.get(command.taskId);
  if (!task || task.tenantId !== command.reviewer.tenantId) {
    return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such task.'));
  }
  const request = batch.requests.get(task.id);
  const before = earlierBy(batch, command);
  if (before && (before.approvalId !== request?.id || before.verdict !== command.verdict))
    return refused(otherDecision);
  if (!request) return refused(nobodyAsked(task, command));
  if (before) return refused(sameDecision);
  const outcome = vote(command, request, batch);
  if (!outcome.ok) return outcome;
  const { linkId } = command;
  if (linkId !== undefined && !batch.links.delete(linkId)) return refused(usedLink);
  // By the clock of the database a vote may be in time, but not where the task has gone on already.
  const next = statusOf[outcome.value.request.status];
  if (next !== task.status && !canBecome(task.status, next)) return refused(tooLate(task));
  if (linkId !== undefined) batch.usedLinks.add(linkId);
  const decoy = batch.decoys.get(task.id);
  if (decoy) return accepted(uncover(tx, batch, command, { task, approval: request }, decoy));
  batch.cast.push(reviewOf(command, request, outcome.value.stage, batch.now, newId()));
  const decided = {
    task: taskAfter(task, outcome.value, command, batch.now),
    approval: outcome.value.request,
  };
  batch.tasks.set(task.id, decided.task);
  batch.requests.set(task.id, decided.approval);
  recordVote(tx, command, task, outcome.value, batch.now);
  return accepted(decided);
};

/** Whoever decides on a decoy is told at once that it was one; their word is no vote. */
const uncover = (
  tx: JournalTransaction,
  batch: DecisionBatch,
  { reviewer: by, verdict, considered }: DecideCommand,
  { task, approval }: Decided,
  decoy: Decoy,
): Decided => {
  const word = { by, isApproval: verdict === 'APPROVE', consideredMs: considered?.ms ?? null };
  const ended = endDecoy(task, approval, decoy, word, batch.now);
  batch.decoys.delete(task.id);
  batch.endedDecoys.push(ended.decoy);
  batch.tasks.set(task.id, ended.task);
  batch.requests.set(task.id, ended.request);
  for (const event of ended.events) tx.record(event);
  return { task: ended.task, approval: ended.request };
};

/** What the command's key stands for; null where it is new. */
const earlierBy = ({ keyed, cast }: DecisionBatch, { reviewer, key }: DecideCommand): Review | null =>
  key === undefined
    ? null
    : ([...keyed, ...cast].find(
        ({ reviewerId, idempotencyKey }) => reviewerId === reviewer.id && idempotencyKey === key,
      ) ?? null);

const otherDecision = refusal(
  'CONFLICT',
  'This idempotency key stands for another decision of yours, which stands. A new decision takes a new key.',
);
const sameDecision = refusal('ALREADY_DECIDED', 'You have decided so with this idempotency key already.');

const vote = (command: DecideCommand, request: ApprovalRequest, batch: DecisionBatch): Outcome<Reviewed> => {
  const reviews = [...batch.reviews, ...batch.cast].filter(({ approvalId }) => approvalId === request.id);
  if (command.verdict === 'WITHDRAW') {
    return withdraw(request, reviews, command.reviewer, command.on, batch.now);
  }
  const counted = countedReviews(request, reviews, batch.reviewers);
  const outcome = review(request, counted, command.reviewer, command.verdict, command.on, batch.now);
  if (outcome.ok && !batch.readable.has(request.taskId)) return refused(unreadablePlan);
  const lacking = command.verdict === 'APPROVE' ? stepUpLack(batch.steppedUp, request, command) : null;
  if (outcome.ok && lacking) return refused(lacking);
  const stop = batch.stopped.get(request.taskId);
  if (outcome.ok && stop && command.verdict === 'APPROVE') return refused(approvingIsStopped(stop));
  const fault = noteFault(command.comment, notePath(command.verdict));
  if (outcome.ok && fault) return refused(invalidInput([fault]));
  if (outcome.ok && command.verdict !== 'APPROVE' && reasonLack(command.comment ?? '') !== null) {
    const message = 'say why in at least ten characters of words; the agent reads it';
    return refused(invalidInput([{ path: notePath(command.verdict), message }]));
  }
  return outcome;
};

/** What the note is called in the input. */
const notePath = (verdict: Verdict): string => (verdict === 'REJECT' ? 'reason' : 'comment');

const tooLate = (task: Task): Refusal =>
  refusal('UNDO_WINDOW_CLOSED', `The task is ${task.status.toLowerCase()} already; cancel it instead.`);

const nobodyAsked = (task: Task, { on, reviewer }: DecideCommand) =>
  ineligibility(
    {
      excludedIds: [task.submittedById, ...task.handIds],
      tenantId: task.tenantId,
      required: 1,
      stages: [],
      vetoGroups: [],
      escalateTo: null,
      escalatedAt: null,
    },
    reviewer,
  ) ??
  stale(task, on) ??
  refusal('ALREADY_DECIDED', `Nobody is asked about this task; it is ${task.status.toLowerCase()}.`);

const reviewOf = (
  { reviewer, verdict, comment, considered, key, stepUp }: DecideCommand,
  request: ApprovalRequest,
  stage: number,
  at: Date,
  id: string,
): Review => ({
  id,
  tenantId: request.tenantId,
  approvalId: request.id,
  planHash: request.planHash,
  ...voteOf(reviewer),
  standsForIds: (reviewer.standsFor ?? []).map((away) => away.id),
  verdict,
  stage,
  comment,
  consideredMs: considered?.ms ?? null,
  hasViewed: considered?.hasViewed ?? null,
  idempotencyKey: key ?? null,
  passkeyId: stepUp?.passkeyId ?? null,
  stepUpId: stepUp?.challengeId ?? null,
  at,
});

/** What a task is while its request stands so. No vote leads to one of the last three. */
const statusOf = {
  PENDING: 'AWAITING_APPROVAL',
  APPROVED: 'HELD',
  REJECTED: 'REJECTED',
  EXPIRED: 'EXPIRED',
  CANCELLED: 'CANCELLED',
  SUPERSEDED: 'PLANNING',
} as const satisfies Record<ApprovalStatus, TaskStatus>;

const taskAfter = (
  task: Task,
  { request: { status } }: Reviewed,
  { reviewer, comment }: DecideCommand,
  now: Date,
): Task => ({
  ...task,
  status: statusOf[status] === task.status ? task.status : become(task.status, statusOf[status]),
  updatedAt: now,
  finishedAt: status === 'REJECTED' ? now : null,
  error:
    status === 'REJECTED'
      ? { code: 'APPROVAL_REJECTED', message: `${reviewer.name} said no: ${comment ?? ''}` }
      : task.error,
});
