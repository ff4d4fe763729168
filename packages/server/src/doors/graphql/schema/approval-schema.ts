import { startBy, type ApprovalRequest, type Review } from '../../../domain/approval-request.ts';
import { singleReviewReason } from '../../../domain/batch-decision.ts';
import type { Voter } from '../../../domain/stand-in.ts';
import type { Caller, Principal } from '../../../domain/principal.ts';
import type { AccessService } from '../../../modules/access/index.ts';
import type { Clock } from '../../../infra/clock.ts';
import { createBatchLoader } from './batch-loader.ts';
import type { FindStop } from '../../../modules/stops/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import type { LoadPrincipal } from './principal-loader.ts';
import type { PlanTypes } from './plan-schema.ts';
import type { PolicyTypes } from './policy-schema.ts';
import type { LoadTask } from './task-schema.ts';
import { addConversationFields } from './question-types.ts';
import { addResolution } from './resolution-types.ts';
import { addDecoy, type DecoySources } from './decoy-types.ts';
import { addHabitSchema } from './habit-schema.ts';
import { addOnlookerSchema } from './onlooker-schema.ts';
import { addDelegationSchema } from './delegation-schema.ts';
import { addQuorumFields } from './quorum-types.ts';
import { addApprovalMutations } from './approval-mutations.ts';
import {
  viewerRightsOn,
  workOf,
  type ApprovalCommands,
  type ApprovalQueries,
  type ApprovalService,
  type DelegationOperations,
  type HabitQueries,
  type OnlookerQueries,
  type LinkCommands,
} from '../../../modules/approvals/index.ts';
import { defineType, exposed } from './exposed-fields.ts';

export interface ApprovalSchemaDependencies {
  readonly findStop: FindStop;
  readonly originOf: () => string;
  readonly operations: ApprovalCommands &
    LinkCommands &
    ApprovalQueries &
    DelegationOperations &
    HabitQueries &
    OnlookerQueries;
  readonly service: ApprovalService;
  readonly policy: PolicyTypes;
  readonly plans: PlanTypes;
  readonly loadTask: LoadTask;
  readonly loadPrincipal: LoadPrincipal;
  readonly findDeciders: AccessService['findDeciders'];
  readonly clock: Clock;
  readonly findEndedDecoys: DecoySources['findEndedDecoys'];
}

export const addApprovalSchema = (builder: Builder, refs: Refs, deps: ApprovalSchemaDependencies): void => {
  addApprovalType(builder, refs, deps);
  refs.query(deps.operations.approval, { type: refs.approval, nullable: true });
  refs.pages(
    deps.operations.approvals,
    refs.connectionOf('Approval', refs.approval, { hasTotalCount: true }),
  );
  addApprovalMutations(builder, refs, deps.operations, deps.originOf);
  addHabitSchema(builder, refs, deps.operations, deps.loadPrincipal);
  addOnlookerSchema(builder, refs, deps.operations, deps.loadPrincipal);
  addDelegationSchema(builder, refs, deps.operations, deps.loadPrincipal);
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

/** Whoever looks, with those in whose place they decide: asked once for all that one answer shows. */
const createVoterLoader = (service: ApprovalService) => {
  const load = createBatchLoader(
    async (viewer: Caller) => {
      const [voter, hasPasskey] = await Promise.all([service.asVoter(viewer), service.hasPasskey(viewer.id)]);
      return [{ ...voter, hasPasskey }];
    },
    ({ id }) => id,
    (id: string) => id,
  );
  return async (viewer: Caller): Promise<Voter & { readonly hasPasskey?: boolean }> =>
    (await load(viewer, viewer.id)) ?? viewer;
};

/** What stops the work that is asked about. */
const stopOf = async (
  { loadTask, plans, findStop }: ApprovalSchemaDependencies,
  viewer: Caller,
  request: ApprovalRequest,
) => {
  const [task, view] = await Promise.all([loadTask(viewer, request.taskId), plans.load(viewer, request)]);
  return task ? findStop(task, view ? workOf(view.document, view.plan.presentation) : []) : null;
};

const addApprovalType = (builder: Builder, refs: Refs, deps: ApprovalSchemaDependencies): void => {
  const { enums } = refs;
  const review = addReviewType(builder, refs, deps.loadPrincipal);
  const reviewsOf = createReviewLoader(deps.service);
  const voterOf = createVoterLoader(deps.service);
  const countedOf = async (request: ApprovalRequest, viewer: Caller) => {
    const all = await reviewsOf(viewer, request.id);
    return { all, counted: await deps.service.counted(request, all) };
  };
  const rightsOf = async (request: ApprovalRequest, viewer: Caller) =>
    viewerRightsOn(request, await voterOf(viewer), {
      reviews: await countedOf(request, viewer),
      canBeShown: () => deps.plans.canBeShown(viewer, request),
      findStop: () => stopOf(deps, viewer, request),
      now: deps.clock.now(),
    });
  refs.approval.implement({
    description: "The ask for people's word on one revision of a plan.",
    authScopes: { read: true },
    fields: (t) => ({
      ...exposed(t, {
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
        remindersSent: ['Int', 'How often those who are asked were reminded.'],
        nextTurnAt: [
          'DateTime',
          'When they are reminded next, or more people asked; null where neither comes.',
          'nullable',
        ],
        escalateTo: ['String', 'The group that may decide as well where nobody does for long.', 'nullable'],
        escalatedAt: ['DateTime', 'Since when that group may; null while it may not.', 'nullable'],
        staleSince: [
          'DateTime',
          'Since when it is known that what it would change is not as the plan found it: it cannot be approved so, and is planned again. Null where nothing of the kind is known.',
          'nullable',
        ],
        staleReason: ['String', 'What has moved, in words; null where nothing has.', 'nullable'],
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
      singleReviewReason: t.string({
        nullable: true,
        description: 'Why it is not approved together with others (decideTasks); null where it may be.',
        resolve: async (request, _args, { viewer }) => {
          const shown = await deps.plans.load(viewer, request);
          return shown ? (singleReviewReason(request, shown.plan.presentation)?.message ?? null) : null;
        },
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
      viewerNeedsPasskey: t.boolean({
        description: 'Whether your approval asks for your passkey (beginStepUp); a rejection never does.',
        resolve: async (parent, _args, { viewer }) => (await rightsOf(parent, viewer)).needsPasskey,
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
  addQuorumFields(builder, refs, { ...deps, review, countedOf });
  addResolution(builder, refs, { ...deps, reviewsOf });
  addDecoy(builder, refs, deps);
  addConversationFields(builder, refs, deps);
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
      passkeyId: ['ID', 'The passkey that it was given with; null where none was asked for.', 'nullable'],
    },
    (t) => ({
      standsFor: t.field({
        type: [principal],
        description: 'Those in whose place they decided, beside their own. They and these count once.',
        complexity: { field: 1, multiplier: 1 },
        resolve: async ({ standsForIds }, _args, { viewer }) => {
          const found = await Promise.all(standsForIds.map((id) => loadPrincipal(viewer, id)));
          return found.filter((person) => person !== null);
        },
      }),
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
