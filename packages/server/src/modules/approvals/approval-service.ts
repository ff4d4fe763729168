import {
  countedReviews,
  reviewerIdsOf,
  standingApprovals,
  type ApprovalRequest,
  type Review,
} from '../../domain/approval.ts';
import type { Outcome } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { createBatcher } from '../../infra/batch.ts';
import type { Database } from '../../infra/database.ts';
import type { DecideCommand, Decided, DecideDependencies } from './decide-approvals.ts';
import { decideThroughGate } from './decide-through-gate.ts';

export interface ApprovalService extends AsyncDisposable {
  /** One vote, or one vote taken back. Refused: unknown task, own request, stale revision, closed request. */
  decide(command: DecideCommand): Promise<Outcome<Decided>>;
  findOfTasks(
    viewer: Principal,
    keys: readonly { taskId: string; revision: number }[],
  ): Promise<ApprovalRequest[]>;
  reviews(approvalIds: readonly string[]): Promise<Review[]>;
  /** How many people's approval counts now: those who may not decide any more count no longer. */
  given(request: ApprovalRequest, reviews: readonly Review[]): Promise<number>;
}

const decisionsPerTransaction = 128;

export const createApprovalService = (database: Database, deps: DecideDependencies): ApprovalService => {
  const batcher = createBatcher<DecideCommand, Outcome<Decided>>({
    run: (commands) => decideThroughGate(deps, commands),
    maxSize: decisionsPerTransaction,
    concurrency: 2,
  });
  const { approvals } = deps;
  return {
    decide: (command) => batcher.submit(command),
    async findOfTasks(viewer, keys) {
      const found = await approvals.find(database, keys);
      return found.filter(({ tenantId }) => tenantId === viewer.tenantId);
    },
    reviews: (approvalIds) => approvals.findReviews(database, approvalIds),
    async given(request, reviews) {
      const found = await Promise.all(reviewerIdsOf(reviews).map(deps.findPrincipal));
      const reviewers = found.filter((reviewer) => reviewer !== null);
      return standingApprovals(countedReviews(request, reviews, reviewers), request.planHash).size;
    },
    [Symbol.asyncDispose]: () => batcher[Symbol.asyncDispose](),
  };
};
