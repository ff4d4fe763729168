import type { Verdict } from '@countersign/shared';
import {
  distinctApprovals,
  standingApprovals,
  standingChanges,
  type ApprovalRequest,
  type CountedReview,
  type DecisionOn,
  type Review,
} from './approval-request.ts';
import { callerFault, credentialFault, ineligibility, unknownRequest } from './eligibility.ts';
import { accepted, refusal, refused, type Outcome, type Refusal } from './errors.ts';
import type { Principal } from './principal.ts';
import { groupsOf, missingWords, progressOf, type Progress, type StagedVote } from './quorum.ts';
import { settled, standingIn, voiceOf, type Voter } from './stand-in.ts';
import { needsPasskey, noPasskey } from './step-up.ts';
import type { Task } from './task.ts';

/** Where a person cannot be shown what was planned, there is nothing that they could decide on. */
export const unreadablePlan = refusal(
  'CONFLICT',
  'What is stored of this plan is not what was planned, so nobody can decide on it. Cancel the task.',
);

/** Why no decision can be taken any more; null while the request is open. */
const closed = (request: ApprovalRequest, now: Date): Refusal | null => {
  switch (request.status) {
    case 'PENDING':
      return now >= request.expiresAt
        ? refusal('APPROVAL_EXPIRED', 'The time to decide is over; nothing ran.')
        : null;
    case 'EXPIRED':
      return refusal('APPROVAL_EXPIRED', 'The time to decide is over; nothing ran.');
    case 'SUPERSEDED':
      return refusal('APPROVAL_SUPERSEDED', 'A newer revision of the plan took the place of this one.');
    case 'CANCELLED':
      return refusal('ALREADY_DECIDED', 'The task was cancelled before it was decided.');
    case 'APPROVED':
    case 'REJECTED':
      return refusal('ALREADY_DECIDED', `This was already ${request.status.toLowerCase()}.`, {
        details: { kind: 'ENDED_REQUEST', status: request.status },
      });
  }
};

/** Nobody says yes to what is known not to happen so; null where nothing is known of the kind. */
const moved = ({ staleReason }: ApprovalRequest): Refusal | null =>
  staleReason === null ? null : refusal('PRECONDITION_FAILED', staleReason);

/** Why a decision is not about the current plan; null where it is. */
export const stale = (current: Pick<Task, keyof DecisionOn>, on: DecisionOn): Refusal | null => {
  if (on.revision === current.revision && on.planHash === current.planHash) return null;
  const message =
    on.revision === current.revision
      ? `This is not the hash of revision ${current.revision}: read the plan again.`
      : `This names revision ${on.revision} of the plan, and the current one is ${current.revision}.`;
  return refusal('CONFLICT', message, {
    details: {
      kind: 'CURRENT_PLAN',
      currentRevision: current.revision,
      currentPlanHash: current.planHash,
    },
  });
};

export interface Reviewed {
  /** The request after the vote; still PENDING while more approvals are needed. */
  readonly request: ApprovalRequest;
  /** How many approvals count after it. */
  readonly given: number;
  /** The stage that the vote belongs to. */
  readonly stage: number;
}

/** How far a request has come by the reviews that count. */
export const progressOn = (request: ApprovalRequest, reviews: readonly CountedReview[]): Progress => {
  const votes = distinctApprovals(reviews, request.planHash);
  return progressOf(asAsked(request, votes), votes);
};

/** The request with what somebody approved in another's place, and does not any more, asked of that other again. */
const asAsked = (request: ApprovalRequest, votes: readonly StagedVote[]): ApprovalRequest =>
  request.status === 'PENDING'
    ? { ...request, stages: settled(request.stages, progressOf(request, votes).stages) }
    : request;

/**
 * One person's vote on a request. Each stage asks for so many people of each group, nobody counts twice, and one
 * rejection ends it. Refused: a vote on another revision or hash, a second approval by the same person or by the
 * same hand, and one that nothing waits for now. `reviews` are those that count.
 */
export const review = (
  request: ApprovalRequest,
  reviews: readonly CountedReview[],
  reviewer: Voter,
  verdict: Exclude<Verdict, 'WITHDRAW'>,
  on: DecisionOn,
  now: Date,
): Outcome<Reviewed> => {
  const reason =
    callerFault(request, verdict === 'APPROVE' ? reviews : [], reviewer) ??
    stale(request, on) ??
    closed(request, now) ??
    (verdict === 'APPROVE' ? (moved(request) ?? unchanged(request, reviews, reviewer)) : null);
  if (reason) return refused(reason);
  if (verdict === 'APPROVE') return approve(request, reviews, reviewer, now);
  const others = reviews.filter(({ reviewerId }) => reviewerId !== reviewer.id);
  const { given, open } = progressOn(request, others);
  return accepted({
    request: verdict === 'REJECT' ? { ...request, status: 'REJECTED', resolvedAt: now } : request,
    given,
    stage: open?.number ?? 1,
  });
};

/** Somebody else wants the plan changed first; null where nobody does. */
const unchanged = (
  request: ApprovalRequest,
  reviews: readonly CountedReview[],
  { id }: Principal,
): Refusal | null =>
  standingChanges(reviews, request.planHash).some(({ reviewerId }) => reviewerId !== id)
    ? refusal(
        'NOT_IN_THIS_STATE',
        'Changes are asked for: it waits for a new revision, or for whoever asked to take that back.',
      )
    : null;

const approve = (
  before: ApprovalRequest,
  reviews: readonly CountedReview[],
  reviewer: Voter,
  now: Date,
): Outcome<Reviewed> => {
  const votes = distinctApprovals(reviews, before.planHash);
  if (votes.some(({ reviewerId }) => reviewerId === reviewer.id)) {
    return refused(refusal('ALREADY_DECIDED', 'You have approved this already; it waits for others.'));
  }
  const asked = asAsked(before, votes);
  const progress = progressOf(asked, votes);
  const stage = progress.open?.number ?? 1;
  const withTheirs = [...votes, { reviewerId: reviewer.id, groups: reviewer.groups, stage }];
  const request = meetingMore(asked, progress, withTheirs, reviewer);
  if (!request) return refused(notWaitedFor(asked, progress, reviewer));
  const { given, open } = progressOf(request, withTheirs);
  if (open) return accepted({ request, given, stage });
  const effectiveAt = new Date(now.getTime() + request.undoWindowMs);
  return accepted({
    request: { ...request, status: 'APPROVED', resolvedAt: now, effectiveAt },
    given,
    stage,
  });
};

/**
 * The request as this vote brings it further: as it is asked, or with the voter in another's place. Null where it does
 * not. The database counts by what is stored of the request then.
 */
const meetingMore = (
  request: ApprovalRequest,
  { open, given }: Progress,
  votes: readonly StagedVote[],
  voter: Voter,
): ApprovalRequest | null => {
  if (!open) return request;
  const ways = [request.stages, ...standingIn(request, open, voter)];
  const stages = ways.find((way) => progressOf({ ...request, stages: way }, votes).given > given);
  return stages ? { ...request, stages } : null;
};

/** Why an approval by a member of these groups would bring the request no further now. */
const notWaitedFor = (request: ApprovalRequest, { stages, open }: Progress, voter: Voter): Refusal => {
  const missing = open ? missingWords(open) : 'nobody';
  const groups = voiceOf(request, voter, groupsOf(request) ?? []);
  const asksThem = (needs: readonly { group: string | null }[]): boolean =>
    needs.some(({ group }) => group === null || groups.includes(group));
  if (stages.some(({ number, needs }) => number > (open?.number ?? 0) && asksThem(needs))) {
    return refusal('NOT_ELIGIBLE', `Your turn comes later: the stage before waits for ${missing}.`);
  }
  if (stages.some(({ needs }) => asksThem(needs))) {
    return refusal('ALREADY_DECIDED', `Your group has said enough: this waits for ${missing}.`);
  }
  const asked = (groupsOf(request) ?? []).join(' and ');
  return refusal('NOT_ELIGIBLE', `You may reject this; its approval is for ${asked} to give.`);
};

/**
 * Takes one's own approval back: while others are still asked for, or until the undo window closes. Who gave
 * it may take it back whatever their roles are by now.
 */
export const withdraw = (
  request: ApprovalRequest,
  reviews: readonly Review[],
  reviewer: Voter,
  on: DecisionOn,
  now: Date,
): Outcome<Reviewed> => {
  if (reviewer.tenantId !== request.tenantId) return refused(unknownRequest);
  const standing = standingApprovals(reviews, request.planHash);
  const isApproval = standing.has(reviewer.id);
  const asksChanges = standingChanges(reviews, request.planHash).some(
    ({ reviewerId }) => reviewerId === reviewer.id,
  );
  const isTheirs = isApproval || asksChanges;
  const reason =
    (isTheirs ? null : ineligibility(request, reviewer)) ??
    // It lets others approve.
    (asksChanges ? credentialFault(request, reviewer) : null) ??
    stale(request, on) ??
    (isTheirs ? null : refusal('NOT_ELIGIBLE', 'You have nothing here to take back.')) ??
    (request.status === 'APPROVED' ? tooLate(request, now) : closed(request, now));
  if (reason) return refused(reason);
  return accepted({
    request: { ...request, status: 'PENDING', resolvedAt: null, effectiveAt: null },
    given: standing.size - (isApproval ? 1 : 0),
    stage: 1,
  });
};

const tooLate = ({ effectiveAt }: ApprovalRequest, now: Date): Refusal | null =>
  effectiveAt !== null && now < effectiveAt
    ? null
    : refusal('UNDO_WINDOW_CLOSED', 'The undo window is over; cancel the task instead.');

/** All reviews of a request, and those of them that count. */
export interface Reviews {
  readonly all: readonly Review[];
  readonly counted: readonly CountedReview[];
}

export interface ViewerRights {
  readonly canApprove: boolean;
  readonly canReject: boolean;
  readonly canWithdraw: boolean;
  /** Whether their approval asks for their passkey. */
  readonly needsPasskey: boolean;
  /** Why they may not decide at all; null where they may. */
  readonly ineligibility: Refusal | null;
  /** Why they cannot approve now; null where they can. */
  readonly approvalRefusal: Refusal | null;
}

/** What of an approval a viewer may do now; the console shows buttons from this alone. */
export const viewerRights = (
  request: ApprovalRequest,
  { all, counted }: Reviews,
  viewer: Voter & { readonly hasPasskey?: boolean },
  now: Date,
): ViewerRights => {
  const on = { revision: request.revision, planHash: request.planHash };
  const approval = review(request, counted, viewer, 'APPROVE', on, now);
  const hasPasskey = viewer.hasPasskey ?? false;
  const needs = needsPasskey(request.stepUp, hasPasskey);
  const lack = approval.ok && needs && !hasPasskey ? noPasskey('approval') : null;
  return {
    canApprove: approval.ok && lack === null,
    canReject: review(request, counted, viewer, 'REJECT', on, now).ok,
    canWithdraw: withdraw(request, all, viewer, on, now).ok,
    needsPasskey: needs,
    ineligibility: callerFault(request, counted, viewer),
    approvalRefusal: approval.ok ? lack : approval.refusal,
  };
};
