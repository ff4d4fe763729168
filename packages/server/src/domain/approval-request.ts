import type { ApprovalStatus, Environment, Risk, StepUpTerms, Verdict } from '@countersign/shared';
import { distinctVotes, type Vote } from './hands.ts';
import type { ClockState } from './request-clock.ts';
import type { Stage } from './quorum.ts';

export interface Review extends Vote {
  readonly id: string;
  readonly approvalId: string;
  readonly tenantId: string;
  readonly planHash: string;
  readonly verdict: Verdict;
  /** Of the request, from 1: the one that was open when it was given. */
  readonly stage: number;
  /** In whose place they decide, beside their own. */
  readonly standsForIds: readonly string[];
  readonly comment: string | null;
  /** As the client says: how long they had it before them, and the change on screen to its end; null where it does not. */
  readonly consideredMs: number | null;
  readonly hasViewed: boolean | null;
  /** The reviewer's own, which stands for this decision alone. */
  readonly idempotencyKey: string | null;
  /** The passkey that it was given with, and the challenge that this answered; null where none was. */
  readonly passkeyId: string | null;
  readonly stepUpId: string | null;
  readonly at: Date;
}

/** A review with the groups that its author is a member of by now. */
export interface CountedReview extends Review {
  readonly groups: readonly string[];
}

/** The ask, bound to one plan hash. */
export interface ApprovalRequest extends ClockState {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly status: ApprovalStatus;
  /** Over all stages. */
  readonly required: number;
  /** None where anybody who may decide is asked. */
  readonly stages: readonly Stage[];
  /** Groups whose members may reject it, beside those who are asked. */
  readonly vetoGroups: readonly string[];
  /** Whether an approval asks for a passkey. */
  readonly stepUp: StepUpTerms;
  readonly undoWindowMs: number;
  readonly startWithinMs: number;
  readonly risk: Risk;
  readonly environment: Environment;
  /** `urgencyRank` of its task. */
  readonly rank: number;
  readonly excludedIds: readonly string[];
  /** Who made this revision of the one before, and whether policy lets them decide on it all the same. */
  readonly editedById: string | null;
  readonly mayEditorApprove: boolean;
  readonly createdAt: Date;
  /** Until when people may decide. */
  readonly expiresAt: Date;
  readonly effectiveAt: Date | null;
  readonly resolvedAt: Date | null;
  /** Since when it is known that a target is not as the plan found it, and which; null where none is. */
  readonly staleSince: Date | null;
  readonly staleReason: string | null;
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

/** Reviewers whose approval of exactly this plan stands. */
export const standingApprovals = (reviews: readonly Review[], planHash: string): ReadonlySet<string> =>
  new Set(distinctApprovals(reviews, planHash).map(({ reviewerId }) => reviewerId));

/** Of approvals of exactly this plan, those that stand and surely come from different people. */
export const distinctApprovals = <Cast extends Review>(
  reviews: readonly Cast[],
  planHash: string,
): readonly Cast[] => distinctVotes(standingVotes(reviews, planHash));

/** The last word of each person, where it is an approval of exactly this plan. */
export const standingVotes = <Cast extends Review>(
  reviews: readonly Cast[],
  planHash: string,
): readonly Cast[] => lastWords(reviews, planHash).filter(({ verdict }) => verdict === 'APPROVE');

/** The last word of each person, where it asks for changes of exactly this plan. */
export const standingChanges = <Cast extends Review>(
  reviews: readonly Cast[],
  planHash: string,
): readonly Cast[] => lastWords(reviews, planHash).filter(({ verdict }) => verdict === 'REQUEST_CHANGES');

/** By time, then by place: ids come from the clocks of many processes and do not tell. */
const lastWords = <Cast extends Review>(reviews: readonly Cast[], planHash: string): readonly Cast[] => {
  const last = new Map<string, Cast>();
  for (const review of reviews.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    if (review.planHash !== planHash) continue;
    last.delete(review.reviewerId);
    last.set(review.reviewerId, review);
  }
  return [...last.values()];
};

export const reviewerIdsOf = (reviews: readonly Review[]): readonly string[] => [
  ...new Set(reviews.map(({ reviewerId }) => reviewerId)),
];
