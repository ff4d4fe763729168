import type { ApprovalStatus } from '@countersign/shared';
import { standingVotes, type ApprovalRequest, type Review } from './approval-request.ts';

/** How the ask about a task ended, for whoever asked for it. */
export interface Resolution {
  readonly status: ApprovalStatus;
  readonly at: Date;
  /** What they said; null where nobody said anything. */
  readonly comment: string | null;
  /** Who decided; empty where time or a newer plan ended it. */
  readonly byIds: readonly string[];
}

/** Null while people are still asked. */
export const resolutionOf = (request: ApprovalRequest, reviews: readonly Review[]): Resolution | null => {
  const { status, resolvedAt } = request;
  if (status === 'PENDING' || resolvedAt === null) return null;
  if (status === 'APPROVED') {
    const votes = standingVotes(reviews, request.planHash);
    const said = votes.flatMap(({ comment }) => comment ?? []);
    return {
      status,
      at: resolvedAt,
      comment: said.length === 0 ? null : said.join('\n'),
      byIds: votes.map(({ reviewerId }) => reviewerId),
    };
  }
  const no = status === 'REJECTED' ? reviews.findLast(({ verdict }) => verdict === 'REJECT') : undefined;
  return { status, at: resolvedAt, comment: no?.comment ?? null, byIds: no ? [no.reviewerId] : [] };
};
