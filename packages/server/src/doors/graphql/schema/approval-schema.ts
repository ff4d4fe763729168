import {
  standingChanges,
  startBy,
  type ApprovalRequest,
  type Review,
} from '../../../domain/approval-request.ts';
import type { Caller, Principal } from '../../../domain/principal.ts';
import { mayAnswer } from '../../../domain/question.ts';
import { peopleLack } from '../../../domain/eligibility.ts';
import type { AccessService } from '../../../modules/access/index.ts';
import type { Clock } from '../../../infra/clock.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { PlanTypes } from './plan-schema.ts';
import type { PolicyTypes } from './policy-schema.ts';
import type { LoadTask } from './task-schema.ts';
import { progressOn } from '../../../domain/approval.ts';
import { addQuestionType, createQuestionLoader } from './question-types.ts';
import { addStageType, few, type ShownStage } from './quorum-types.ts';
import { addApprovalMutations } from './approval-mutations.ts';
import {
  viewerRightsOn,
  type ApprovalCommands,
  type ApprovalQueries,
  type ApprovalService,
} from '../../../modules/approvals/index.ts';
import { defineType, told } from './told-fields.ts';

export interface ApprovalSchemaDependencies {
  readonly operations: ApprovalCommands & ApprovalQueries;
  readonly service: ApprovalService;
  readonly policy: PolicyTypes;
  readonly plans: PlanTypes;
  readonly loadTask: LoadTask;
  readonly loadPrincipal: LoadPrincipal;
  readonly findDeciders: AccessService['findDeciders'];
  readonly clock: Clock;
}

export const addApprovalSchema = (builder: Builder, refs: Refs, deps: ApprovalSchemaDependencies): void => {
  addApprovalType(builder, refs, deps);
  refs.query(deps.operations.approval, { type: refs.approval, nullable: true });
  refs.pages(
    deps.operations.approvals,
    refs.connectionOf('Approval', refs.approval, { hasTotalCount: true }),
  );
  addApprovalMutations(builder, refs, deps.operations);
};

/** Loads all reviews of requests, many requests at once. */
const createReviewLoader = (service: ApprovalService) => {
  const load = createBatchLoader(
    async (_viewer: Principal, ids: readonly string[]) => {
      const reviews = await service.reviews(ids);
      return ids.map((id) => ({ id, reviews: reviews.filter(({ approvalId }) => approvalId === id) }));
    },
    ({ id }) => id,
    (id) => id,
  );
  return async (viewer: Principal, id: string): Promise<readonly Review[]> =>
    (await load(viewer, id))?.reviews ?? [];
};

const addApprovalType = (builder: Builder, refs: Refs, deps: ApprovalSchemaDependencies): void => {
  const { enums } = refs;
  const review = addReviewType(builder, refs, deps.loadPrincipal);
  const reviewsOf = createReviewLoader(deps.service);
  const question = addQuestionType(builder, refs, deps.loadPrincipal);
  const questionsOf = createQuestionLoader(deps.service);
  const decidersOf = createBatchLoader(
    async (_viewer: Principal, tenantIds: readonly string[]) =>
      Promise.all(tenantIds.map(async (id) => ({ id, people: await deps.findDeciders(id) }))),
    ({ id }) => id,
    (id: string) => id,
  );
  const stage = addStageType(builder, refs, deps.loadPrincipal);
  const countedOf = async (request: ApprovalRequest, viewer: Caller) => {
    const all = await reviewsOf(viewer, request.id);
    return { all, counted: await deps.service.counted(request, all) };
  };
  const rightsOf = async (request: ApprovalRequest, viewer: Caller) =>
    viewerRightsOn(request, viewer, {
      reviews: await countedOf(request, viewer),
      canBeShown: () => deps.plans.canBeShown(viewer, request),
      now: deps.clock.now(),
    });
  refs.approval.implement({
    description: "The ask for people's word on one revision of a plan.",
    authScopes: { read: true },
    fields: (t) => ({
      ...told(t, {
        id: ['ID', 'UUID.'],
        revision: ['Int', 'The revision that it is about.'],
        planHash: ['String', 'The plan that it is about; a decision must name it.'],
        status: [enums.approvalStatus, 'How it stands.'],
        required: ['Int', 'How many people must approve.'],
        createdAt: ['DateTime', 'When people were asked.'],
        expiresAt: ['DateTime', 'Until when people may decide; undecided by then, nothing runs.'],
        effectiveAt: [
          'DateTime',
          'When the undo window of an approval closes and the work starts.',
          'nullable',
        ],
        resolvedAt: ['DateTime', 'When it ended.', 'nullable'],
        undoWindowMs: ['Milliseconds', 'Milliseconds in which an approval can be taken back.'],
      }),
      task: t.field({
        type: refs.task,
        description: 'What is asked about.',
        resolve: async ({ taskId }, _args, { viewer }) => {
          const task = await deps.loadTask(viewer, taskId);
          if (!task) throw new Error(`Task ${taskId} of an approval is missing.`);
          return task;
        },
      }),
      given: t.int({
        description: 'How many have, of those who may still decide.',
        resolve: async (request, _args, { viewer }) =>
          progressOn(request, (await countedOf(request, viewer)).counted).given,
      }),
      stages: t.field({
        type: [stage],
        description: 'Who is asked, one stage after another, and who of them has approved.',
        complexity: few,
        resolve: async (request, _args, { viewer }): Promise<ShownStage[]> => {
          const { stages, open } = progressOn(request, (await countedOf(request, viewer)).counted);
          return stages.map((each) => ({
            ...each,
            isOpen: request.status === 'PENDING' && each.number === open?.number,
          }));
        },
      }),
      reasons: t.field({
        type: [deps.policy.reason],
        description: 'Why people are asked: the rules that said so.',
        resolve: async ({ taskId, revision }, _args, { viewer }) =>
          (await deps.policy.loadDecision(viewer, { taskId, revision }))?.reasons ?? [],
      }),
      reviews: t.field({
        type: [review],
        description: 'Every vote, in order.',
        resolve: ({ id }, _args, { viewer }) => reviewsOf(viewer, id),
      }),
      editedBy: t.field({
        type: refs.principal,
        nullable: true,
        description:
          'Who made this revision of the one before; null where the plan is of what the requester asked for.',
        resolve: ({ editedById }, _args, { viewer }) =>
          editedById === null ? null : deps.loadPrincipal(viewer, editedById),
      }),
      questions: t.field({
        type: [question],
        description: 'What the requester was asked, in that order, and what they answered.',
        resolve: async ({ id }, _args, { viewer }) => [...((await questionsOf(viewer, id))?.questions ?? [])],
      }),
      lacksPeople: t.string({
        nullable: true,
        description:
          'Why it cannot be approved as things are: too few people may who are here. Null where enough may, or nobody is asked.',
        resolve: async (request, _args, { viewer }) => {
          if (request.status !== 'PENDING') return null;
          const deciders = await decidersOf(viewer, viewer.tenantId);
          return peopleLack(request, deciders?.people ?? []);
        },
      }),
      viewerCanAnswer: t.boolean({
        description: 'Whether a question to the requester waits for your answer.',
        resolve: async ({ id, taskId }, _args, { viewer }) => {
          const asked = (await questionsOf(viewer, id))?.questions ?? [];
          if (asked.every(({ answeredAt }) => answeredAt !== null)) return false;
          const task = await deps.loadTask(viewer, taskId);
          const requester = task && (await deps.loadPrincipal(viewer, task.submittedById));
          return task !== null && requester !== null && mayAnswer(task, requester, viewer);
        },
      }),
      changesRequested: t.field({
        type: [review],
        description: 'Who wants this revision changed, and how; while anybody does, nobody approves it.',
        complexity: few,
        resolve: async (request, _args, { viewer }) => [
          ...standingChanges((await countedOf(request, viewer)).counted, request.planHash),
        ],
      }),
      startBy: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'Until when the work must have begun once it is approved; after that nothing runs. Work that began in time goes on.',
        resolve: (request) => request.effectiveAt && startBy(request, request.effectiveAt),
      }),
      viewerCanApprove: t.boolean({
        description: 'Whether you may approve it now.',
        resolve: async (parent, _args, { viewer }) => (await rightsOf(parent, viewer)).canApprove,
      }),
      viewerCanReject: t.boolean({
        description: 'Whether you may reject it now.',
        resolve: async (parent, _args, { viewer }) => (await rightsOf(parent, viewer)).canReject,
      }),
      viewerCanWithdraw: t.boolean({
        description: 'Whether you may take your approval back now.',
        resolve: async (parent, _args, { viewer }) => (await rightsOf(parent, viewer)).canWithdraw,
      }),
      viewerApprovalRefusal: t.field({
        type: refs.refusal,
        nullable: true,
        description: 'Why you cannot approve it now; null where you can.',
        resolve: async (parent, _args, { viewer }) => (await rightsOf(parent, viewer)).approvalRefusal,
      }),
      viewerIneligibility: t.field({
        type: refs.refusal,
        nullable: true,
        description: 'Why you may not decide at all, or nobody may; null where you may.',
        resolve: async (parent, _args, { viewer }) => (await rightsOf(parent, viewer)).ineligibility,
      }),
    }),
  });
  addTaskApproval(builder, refs, deps.service);
};

const addTaskApproval = (builder: Builder, refs: Refs, service: ApprovalService): void => {
  const load = createBatchLoader(
    (viewer: Principal, keys: readonly { taskId: string; revision: number }[]) =>
      service.findOfTasks(viewer, keys),
    (found) => `${found.taskId}/${found.revision}`,
    (key) => `${key.taskId}/${key.revision}`,
  );
  builder.objectField(refs.task, 'approval', (t) =>
    t.field({
      type: refs.approval,
      nullable: true,
      description: 'The ask about the current revision; null where nobody needs to decide.',
      resolve: ({ id, revision }, _args, { viewer }) => load(viewer, { taskId: id, revision }),
    }),
  );
  builder.objectField(refs.approval, 'previous', (t) =>
    t.field({
      type: refs.approval,
      nullable: true,
      description:
        'The ask about the revision before, whose approvals this one cleared; null where nobody was asked.',
      resolve: ({ taskId, revision }, _args, { viewer }) =>
        revision === 1 ? null : load(viewer, { taskId, revision: revision - 1 }),
    }),
  );
};

const addReviewType = (builder: Builder, { enums, principal }: Refs, loadPrincipal: LoadPrincipal) =>
  defineType<Review>(
    builder,
    'Review',
    "One person's vote.",
    {
      id: ['ID', 'UUID.'],
      verdict: [enums.verdict, 'What they said.'],
      comment: ['String', 'Why.', 'nullable'],
      at: ['DateTime', 'When.'],
    },
    (t) => ({
      reviewer: t.field({
        type: principal,
        description: 'Who voted.',
        resolve: async ({ reviewerId }, _args, { viewer }) => {
          const reviewer = await loadPrincipal(viewer, reviewerId);
          if (!reviewer) throw new Error(`Reviewer ${reviewerId} is missing.`);
          return reviewer;
        },
      }),
    }),
  );
