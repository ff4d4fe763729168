import type { ApprovalStatus, Environment, Risk, Verdict } from '@countersign/shared';
import { accepted, refusal, refused, type Outcome, type Refusal } from './errors.ts';
import { distinctVotes, isOneHand, voteOf, type Vote } from './hands.ts';
import { hasRight, type Caller, type Credential, type Principal } from './principal.ts';
import type { Task } from './task.ts';

export interface Review extends Vote {
  readonly id: string;
  readonly approvalId: string;
  readonly tenantId: string;
  readonly planHash: string;
  readonly verdict: Verdict;
  readonly comment: string | null;
  readonly at: Date;
}

/** The ask, bound to one plan hash. */
export interface ApprovalRequest {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly status: ApprovalStatus;
  readonly required: number;
  readonly undoWindowMs: number;
  readonly startWithinMs: number;
  readonly risk: Risk;
  readonly environment: Environment;
  /** `urgencyRank` of its task. */
  readonly rank: number;
  readonly excludedIds: readonly string[];
  readonly createdAt: Date;
  /** Until when people may decide. */
  readonly expiresAt: Date;
  readonly effectiveAt: Date | null;
  readonly resolvedAt: Date | null;
}

/** What a decision names: refused on anything but the current revision and its hash. */
export interface DecisionOn {
  readonly revision: number;
  readonly planHash: string;
}

/**
 * Until when a run may begin that takes effect at `effectiveAt`. Who decides at the last moment still leaves
 * enough time for what follows. A run that began in time may end: how long it may go on is the task's timeoutMs.
 */
export const startBy = (
  { expiresAt, startWithinMs }: Pick<ApprovalRequest, 'expiresAt' | 'startWithinMs'>,
  effectiveAt: Date,
): Date => new Date(Math.max(expiresAt.getTime(), effectiveAt.getTime() + startWithinMs));

/**
 * Reviewers whose approval of exactly this plan stands: the last word of each person counts, and two that
 * one hand could have given count once.
 */
export const standingApprovals = (reviews: readonly Review[], planHash: string): ReadonlySet<string> =>
  new Set(distinctVotes(standingVotes(reviews, planHash)).map(({ reviewerId }) => reviewerId));

/** Last is by time, then by place: ids come from the clocks of many processes and do not tell. */
const standingVotes = (reviews: readonly Review[], planHash: string): readonly Review[] => {
  const standing = new Map<string, Review>();
  for (const review of reviews.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    if (review.planHash !== planHash) continue;
    if (review.verdict === 'APPROVE') standing.set(review.reviewerId, review);
    else standing.delete(review.reviewerId);
  }
  return [...standing.values()];
};

/** Where a person cannot be shown what was planned, there is nothing that they could decide on. */
export const unreadablePlan = refusal(
  'CONFLICT',
  'What is stored of this plan is not what was planned, so nobody can decide on it. Cancel the task.',
);

const notFound = refusal('RESOURCE_NOT_FOUND', 'There is no such approval request.');

/** Why a principal may not decide at all, whatever the state; null where they may. */
export const ineligibility = (
  request: Pick<ApprovalRequest, 'excludedIds' | 'tenantId'>,
  reviewer: Principal,
): Refusal | null => {
  if (reviewer.tenantId !== request.tenantId) return notFound;
  if (reviewer.type !== 'HUMAN') {
    return refusal('NOT_ELIGIBLE', 'Only a person can decide; agents and services cannot.');
  }
  if (request.excludedIds.includes(reviewer.id)) {
    return refusal(
      'SELF_APPROVAL',
      'You asked for this, own who did, or made them or what they called with: somebody else decides.',
    );
  }
  if (!hasRight(reviewer, 'DECIDE')) {
    return refusal('NOT_ELIGIBLE', 'Only people with the approver role can decide this.');
  }
  return null;
};

/** Why nobody decides with this credential; null where they may. */
const unfitCredential = (
  { environment }: Pick<ApprovalRequest, 'environment'>,
  { decidesIn }: Credential,
): Refusal | null =>
  decidesIn.includes(environment)
    ? null
    : refusal(
        'NOT_ELIGIBLE',
        `This API key does not decide in ${environment.toLowerCase()}. Sign in to the console and decide there.`,
      );

const oneHand = refusal(
  'SELF_APPROVAL',
  'Somebody who approved this made what you call with, or both of you call with what one person made: it counts once. ' +
    'Sign in with a link from another administrator or from the operator of the machine.',
);

/** Why this caller cannot decide; null where they can. */
const callerFault = (
  request: ApprovalRequest,
  reviews: readonly Review[],
  reviewer: Caller,
): Refusal | null => {
  const vote = voteOf(reviewer);
  const others = standingVotes(reviews, request.planHash).filter(
    ({ reviewerId }) => reviewerId !== reviewer.id,
  );
  return (
    ineligibility(request, reviewer) ??
    unfitCredential(request, reviewer.credential) ??
    (others.some((other) => isOneHand(other, vote)) ? oneHand : null)
  );
};

export const reviewerIdsOf = (reviews: readonly Review[]): readonly string[] => [
  ...new Set(reviews.map(({ reviewerId }) => reviewerId)),
];

/** Who may still decide: a vote is worth no more than its voter's right to it. */
export const eligibleIds = (
  request: Pick<ApprovalRequest, 'excludedIds' | 'tenantId'>,
  reviewers: readonly Principal[],
): ReadonlySet<string> =>
  new Set(reviewers.filter((reviewer) => !ineligibility(request, reviewer)).map(({ id }) => id));

/** The reviews of those who may still decide. */
export const countedReviews = (
  request: Pick<ApprovalRequest, 'excludedIds' | 'tenantId'>,
  reviews: readonly Review[],
  reviewers: readonly Principal[],
): readonly Review[] => {
  const eligible = eligibleIds(request, reviewers);
  return reviews.filter(({ reviewerId }) => eligible.has(reviewerId));
};

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
  readonly given: number;
}

/**
 * One person's vote on a request. N distinct people must approve, one rejection ends it, a vote
 * on another revision or hash is refused, and so is a second approval by the same person or by the same
 * hand. `reviews` are those that count.
 */
export const review = (
  request: ApprovalRequest,
  reviews: readonly Review[],
  reviewer: Caller,
  verdict: 'APPROVE' | 'REJECT',
  on: DecisionOn,
  now: Date,
): Outcome<Reviewed> => {
  const reason =
    callerFault(request, verdict === 'REJECT' ? [] : reviews, reviewer) ??
    stale(request, on) ??
    closed(request, now);
  if (reason) return refused(reason);
  const standing = standingApprovals(reviews, request.planHash);
  if (verdict === 'REJECT') {
    const given = standing.size - (standing.has(reviewer.id) ? 1 : 0);
    return accepted({ request: { ...request, status: 'REJECTED', resolvedAt: now }, given });
  }
  if (standing.has(reviewer.id)) {
    return refused(refusal('ALREADY_DECIDED', 'You have approved this already; it waits for others.'));
  }
  const given = standing.size + 1;
  if (given < request.required) return accepted({ request, given });
  const effectiveAt = new Date(now.getTime() + request.undoWindowMs);
  return accepted({ request: { ...request, status: 'APPROVED', resolvedAt: now, effectiveAt }, given });
};

/**
 * Takes one's own approval back: while others are still asked for, or until the undo window closes. Who gave
 * it may take it back whatever their roles are by now.
 */
export const withdraw = (
  request: ApprovalRequest,
  reviews: readonly Review[],
  reviewer: Principal,
  on: DecisionOn,
  now: Date,
): Outcome<Reviewed> => {
  if (reviewer.tenantId !== request.tenantId) return refused(notFound);
  const standing = standingApprovals(reviews, request.planHash);
  const isTheirs = standing.has(reviewer.id);
  const reason =
    (isTheirs ? null : ineligibility(request, reviewer)) ??
    stale(request, on) ??
    (isTheirs ? null : refusal('NOT_ELIGIBLE', 'You have no approval here to take back.')) ??
    (request.status === 'APPROVED' ? tooLate(request, now) : closed(request, now));
  if (reason) return refused(reason);
  return accepted({
    request: { ...request, status: 'PENDING', resolvedAt: null, effectiveAt: null },
    given: standing.size - 1,
  });
};

const tooLate = ({ effectiveAt }: ApprovalRequest, now: Date): Refusal | null =>
  effectiveAt !== null && now < effectiveAt
    ? null
    : refusal('UNDO_WINDOW_CLOSED', 'The undo window is over; cancel the task instead.');

/** What of an approval a viewer may do now; the console shows buttons from this alone. */
export const viewerRights = (
  request: ApprovalRequest,
  reviews: readonly Review[],
  viewer: Caller,
  now: Date,
): { canApprove: boolean; canReject: boolean; canWithdraw: boolean; ineligibility: Refusal | null } => {
  const on = { revision: request.revision, planHash: request.planHash };
  return {
    canApprove: review(request, reviews, viewer, 'APPROVE', on, now).ok,
    canReject: review(request, reviews, viewer, 'REJECT', on, now).ok,
    canWithdraw: withdraw(request, reviews, viewer, on, now).ok,
    ineligibility: callerFault(request, reviews, viewer),
  };
};
