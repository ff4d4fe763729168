import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isDestructive, type Diff } from '../../domain/diff.ts';
import { accepted, refusal, refused, RefusalError, type Outcome, type Refusal } from '../../domain/errors.ts';
import { isOutside, sourceWords } from '../../domain/source.ts';
import type { ApprovalLinks, FollowedLink } from '../../modules/approvals/index.ts';
import type { FindPlans, PlanView } from '../../modules/tasks/index.ts';
import { tellLimits } from './admission.ts';
import type { BodyRoom } from './body-room.ts';
import type { NetworkOf } from './client-network.ts';
import { sendError, sendRateLimited } from './http-errors.ts';
import type { RateLimits } from './rate-limits.ts';

export interface LinkDoor {
  readonly links: Pick<ApprovalLinks, 'follow' | 'decide'>;
  readonly findPlans: FindPlans;
}

interface LinkSurroundings {
  readonly rateLimits: RateLimits;
  readonly networkOf: NetworkOf;
  readonly bodyRoom: BodyRoom;
}

const bodyLimitBytes = 32_768;
/** A plan that is longer is read in the console. */
const mostPlanBytes = 4_000_000;
const decision = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  /** What the page showed, as GET told it. */
  revision: z.int(),
  planHash: z.string().max(200),
  comment: z.string().max(4_000).nullish(),
});

/**
 * Of a link that stands for one person and one plan. Its token comes in a header, and in the console's address behind
 * the #: no proxy, log or referrer sees it. GET shows what it is about and decides nothing; POST decides, once,
 * and on nothing else than what was shown.
 */
export const approvalLinkRoutes =
  (door: LinkDoor | undefined, surroundings: LinkSurroundings): FastifyPluginCallback =>
  (app, _options, done) => {
    if (door) addRoutes(app, door, surroundings);
    done();
  };

const addRoutes = (
  app: FastifyInstance,
  { links, findPlans }: LinkDoor,
  { rateLimits, networkOf, bodyRoom }: LinkSurroundings,
): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const { waitMs } = tellLimits(reply, rateLimits.enter(networkOf(request.raw)));
    if (waitMs !== null) return sendRateLimited(request, reply, waitMs);
    return bodyRoom.admit(request, reply, { id: networkOf(request.raw) }) ?? undefined;
  });

  /** Who tries tokens that nobody signed is slowed down like who tries passwords. */
  const refuse = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal) => {
    const isForged = refusal.code === 'AUTHENTICATION_FAILED';
    const blockedMs = isForged ? rateLimits.noteFailure(networkOf(request.raw)) : null;
    return blockedMs === null
      ? sendError(request, reply, refusal)
      : sendRateLimited(request, reply, blockedMs);
  };

  app.get('/approval-link', async (request, reply) => {
    const followed = await links.follow(tokenOf(request));
    if (!followed.ok) return refuse(request, reply, followed.refusal);
    const plan = await planOf(findPlans, followed.value);
    return plan.ok ? reply.send(told(followed.value, plan.value)) : sendError(request, reply, plan.refusal);
  });

  app.post('/approval-link', { bodyLimit: bodyLimitBytes }, async (request, reply) => {
    const body = decision.safeParse(request.body);
    if (!body.success) {
      const message =
        'decision: must be approve or reject; revision, planHash: as they were shown; comment: text of 4000 characters at most.';
      return sendError(request, reply, { code: 'SCHEMA_VALIDATION_FAILED', message });
    }
    const { decision: word, comment = null, ...shown } = body.data;
    const token = tokenOf(request);
    const followed = await links.follow(token);
    if (!followed.ok) return refuse(request, reply, followed.refusal);
    const no = await unshown(findPlans, followed.value, word, shown);
    if (no) return sendError(request, reply, no);
    const decided = await links.decide(token, word === 'approve' ? 'APPROVE' : 'REJECT', comment);
    if (!decided.ok) return refuse(request, reply, decided.refusal);
    const { approval, task } = decided.value;
    return reply.send({
      status: approval.status,
      taskStatus: task.status,
      message: task.error?.message ?? null,
    });
  });
};

const tokenOf = ({ headers }: FastifyRequest): string => {
  const given = headers['x-approval-link'];
  return typeof given === 'string' ? given : '';
};

const planOf = async (
  findPlans: FindPlans,
  { viewer, link }: FollowedLink,
): Promise<Outcome<PlanView | null>> => {
  try {
    const [view] = await findPlans(viewer, [link], (bytes) => {
      if (bytes > mostPlanBytes) throw new RefusalError(tooLong);
    });
    return accepted(view ?? null);
  } catch (error) {
    if (error instanceof RefusalError) return refused(error.refusal);
    throw error;
  }
};

const tooLong = refusal(
  'PRECONDITION_FAILED',
  'This plan is too long for a link: sign in to the console, and read and decide it there.',
);
const otherPlan = refusal(
  'CONFLICT',
  'What was shown is not the plan that this link is for. Open the link again, and read it.',
);

/** Why nothing is decided: on another plan than was shown, or an approval of what no page of a link shows whole. */
const unshown = async (
  findPlans: FindPlans,
  followed: FollowedLink,
  word: 'approve' | 'reject',
  { revision, planHash }: Pick<FollowedLink['link'], 'revision' | 'planHash'>,
): Promise<Refusal | null> => {
  const { link } = followed;
  if (revision !== link.revision || planHash !== link.planHash) return otherPlan;
  if (word === 'reject') return null;
  const plan = await planOf(findPlans, followed);
  if (!plan.ok) return plan.refusal;
  return isWhole(plan.value) ? null : tooLong;
};

/** Whether all that a plan would do is on the page. */
const isWhole = (view: PlanView | null): boolean =>
  view !== null &&
  view.plan.presentation.steps.every(({ diffs }) =>
    diffs.every((diff) => diff.type !== 'FILE' || !(diff.isTruncated || diff.isBinary)),
  );

const kinds: Readonly<Record<Diff['type'], string>> = {
  FILE: 'FileDiff',
  HTTP_REQUEST: 'HttpRequestDiff',
  FIELD: 'FieldDiff',
  MESSAGE: 'MessageDiff',
  PERMISSION: 'PermissionDiff',
  TABLE: 'TableDiff',
  DELETIONS: 'DeletionsDiff',
  GRAPH: 'GraphDiff',
};

/** A block by the names that the console knows it by. */
const shown = (diff: Diff) => {
  const named = { ...diff, __typename: kinds[diff.type], isDestructive: isDestructive(diff) };
  return diff.type === 'FIELD' ? { ...named, fieldPath: diff.path } : named;
};

const told = ({ viewer, task, request, link, requester }: FollowedLink, view: PlanView | null) => ({
  person: viewer.name,
  requester: requester?.name ?? null,
  goal: task.goal,
  justification: task.justification,
  environment: task.environment,
  risk: request.risk,
  riskFactors: view?.plan.presentation.riskFactors ?? [],
  /** What anybody outside could have written. */
  outsideContent: task.sources.filter(isOutside).map(sourceWords),
  revision: link.revision,
  planHash: link.planHash,
  approvalId: request.id,
  expiresAt: link.expiresAt,
  required: request.required,
  isWhole: isWhole(view),
  plan: view && {
    summary: view.plan.summary,
    steps: view.plan.presentation.steps.map((step, index) => {
      const { summary, category, reversible, targets, findings, diffs } = step;
      const planned = view.document.steps[index];
      return {
        name: planned?.name ?? '',
        ...{ summary, category, reversible, targets, findings },
        canBeUndone: planned?.undo !== undefined,
        diffs: diffs.map(shown),
      };
    }),
  },
});
