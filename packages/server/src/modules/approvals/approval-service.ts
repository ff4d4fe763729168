import {
  reviewerIdsOf,
  type ApprovalRequest,
  type CountedReview,
  type Review,
} from '../../domain/approval-request.ts';
import { countedReviews } from '../../domain/eligibility.ts';
import type { Outcome } from '../../domain/errors.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import { groupOfOne, type Voter } from '../../domain/stand-in.ts';
import type { Question } from '../../domain/question.ts';
import { createBatcher } from '../../infra/batch.ts';
import { putDownSpan } from '../../infra/tracing.ts';
import type { Database } from '../../infra/database.ts';
import type { DelegationStore } from '../../record/delegation-store.ts';
import { questionStore } from '../../record/question-store.ts';
import { answerQuestion, askRequester } from './questions.ts';
import type { Decided } from './decide-approvals.ts';
import type { DecideCommand, DecideDependencies } from './decision-batch.ts';
import { decideTogether } from './decide-together.ts';
import { decideThroughGate } from './decide-through-gate.ts';

export interface ApprovalService extends AsyncDisposable {
  hasPasskey(principalId: string): Promise<boolean>;
  /** A caller with those in whose place they decide now. */
  asVoter(caller: Caller): Promise<Voter>;
  /** One vote, or one vote taken back. Refused: unknown task, own request, stale revision, closed request. */
  decide(command: DecideCommand): Promise<Outcome<Decided>>;
  /** All of them or none; each gets its outcome, and where one is refused nothing is decided. */
  decideTogether(commands: readonly DecideCommand[]): Promise<readonly Outcome<Decided>[]>;
  /** A question to the requester. */
  ask(viewer: Caller, taskId: string, question: string): Promise<Outcome<Decided>>;
  answer(
    viewer: Caller,
    taskId: string,
    given: { readonly answer: string; readonly questionId?: string | undefined },
  ): Promise<Outcome<Decided>>;
  questions(approvalIds: readonly string[]): Promise<Question[]>;
  findOfTasks(
    viewer: Principal,
    keys: readonly { taskId: string; revision: number }[],
  ): Promise<ApprovalRequest[]>;
  reviews(approvalIds: readonly string[]): Promise<Review[]>;
  /** Those that count now: who may not decide any more counts no longer. */
  counted(request: ApprovalRequest, reviews: readonly Review[]): Promise<readonly CountedReview[]>;
}

const decisionsPerTransaction = 128;

export interface ApprovalServiceDependencies extends DecideDependencies {
  readonly delegations: Pick<DelegationStore, 'standsFor'>;
}

export const createAsVoter =
  (delegations: Pick<DelegationStore, 'standsFor'>) =>
  async (caller: Caller): Promise<Voter> => {
    const standsFor = await delegations.standsFor(caller.id);
    return standsFor.length === 0
      ? caller
      : { ...caller, groups: [...new Set([...caller.groups, groupOfOne(caller.id)])], standsFor };
  };

/** Once people have decided, the time that it took them is a part of the task's trace. */
const traced = (outcome: Outcome<Decided>): Outcome<Decided> => {
  if (!outcome.ok || outcome.value.approval.status === 'PENDING') return outcome;
  const { task, approval } = outcome.value;
  putDownSpan('wait for people', {
    parent: task.traceparent,
    startTime: approval.createdAt,
    attributes: {
      'countersign.task.id': task.id,
      'countersign.approval.id': approval.id,
      'countersign.outcome': approval.status,
    },
  });
  return outcome;
};

export const createApprovalService = (
  database: Database,
  deps: ApprovalServiceDependencies,
): ApprovalService => {
  const batcher = createBatcher<DecideCommand, Outcome<Decided>>({
    run: (commands) => decideThroughGate(deps, commands),
    maxSize: decisionsPerTransaction,
    concurrency: 2,
  });
  const { approvals } = deps;
  const asVoter = createAsVoter(deps.delegations);
  const fromVoters = async (commands: readonly DecideCommand[]): Promise<DecideCommand[]> => {
    const reviewers = new Map(commands.map(({ reviewer }) => [reviewer.id, reviewer]));
    const voters = new Map(
      await Promise.all([...reviewers].map(async ([id, one]) => [id, await asVoter(one)] as const)),
    );
    return commands.map((command) => ({
      ...command,
      reviewer: voters.get(command.reviewer.id) ?? command.reviewer,
    }));
  };
  const fromVoter = async (command: DecideCommand): Promise<DecideCommand> => ({
    ...command,
    reviewer: await asVoter(command.reviewer),
  });
  return {
    hasPasskey: async (id) => (await deps.passkeys.ownersAmong(database, [id])).size > 0,
    asVoter,
    decide: async (command) => traced(await batcher.submit(await fromVoter(command))),
    decideTogether: async (commands) => (await decideTogether(deps, await fromVoters(commands))).map(traced),
    ask: async (viewer, taskId, question) => askRequester(deps, await asVoter(viewer), taskId, question),
    answer: (viewer, taskId, given) => answerQuestion(deps, viewer, taskId, given),
    questions: (approvalIds) => questionStore.find(database, approvalIds),
    findOfTasks: (viewer, keys) => approvals.find(database, keys, sightOf(viewer)),
    reviews: (approvalIds) => approvals.findReviews(database, approvalIds),
    async counted(request, reviews) {
      const found = await Promise.all(reviewerIdsOf(reviews).map(deps.findPrincipal));
      return countedReviews(
        request,
        reviews,
        found.filter((reviewer) => reviewer !== null),
      );
    },
    [Symbol.asyncDispose]: () => batcher[Symbol.asyncDispose](),
  };
};
