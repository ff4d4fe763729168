import { z } from 'zod';
import {
  badLink,
  callerOf,
  linkFault,
  longestLinkMs,
  makerIsGone,
  makerFault,
  usedLink,
  type ApprovalLink,
} from '../../domain/approval-link.ts';
import { environments } from '@countersign/shared';
import type { ApprovalRequest } from '../../domain/approval-request.ts';
import { stale } from '../../domain/approval.ts';
import { accepted, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { eventOf } from '../../domain/events.ts';
import { handsOfMaker } from '../../domain/hands.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { Task } from '../../domain/task.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import type { SignedLinks } from '../../infra/signed-links.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import type { ApprovalLinkStore } from '../../record/approval-link-store.ts';
import type { Journal } from '../../record/journal.ts';
import type { PasskeyStore } from '../../record/passkey-store.ts';
import { id } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import type { ApprovalService } from './approval-service.ts';
import type { Decided } from './decide-approvals.ts';

export interface LinkDependencies {
  readonly links: ApprovalLinkStore;
  readonly signedLinks: SignedLinks;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly approvals: Pick<ApprovalService, 'decide' | 'findOfTasks'>;
  readonly findTask: (viewer: Principal, taskId: string) => Promise<Task | null>;
  readonly findPrincipal: FindPrincipal;
  readonly passkeys: Pick<PasskeyStore, 'ownersAmong'>;
  readonly newId: NewId;
  readonly clock: Clock;
}

/** For one person and one plan; the token exists here and nowhere else. */
export interface MadeLink {
  readonly token: string;
  readonly expiresAt: Date;
}

/** A link, with what it is about as that stands now. */
export interface FollowedLink {
  readonly link: ApprovalLink;
  readonly viewer: Caller;
  readonly task: Task;
  readonly request: ApprovalRequest;
  /** Who asks; null where they may not act any more. */
  readonly requester: Principal | null;
}

export interface ApprovalLinks {
  /** Without a maker it is the server's own, to be sent to that person alone. */
  make(
    order: { readonly taskId: string; readonly person: Principal },
    maker: Caller | null,
  ): Promise<Outcome<MadeLink>>;
  /** Looks, however often, and changes nothing. Refused: no link of ours, one that is used, over or of an old plan. */
  follow(token: string): Promise<Outcome<FollowedLink>>;
  /** One decision, for exactly one of all who try. */
  decide(token: string, verdict: 'APPROVE' | 'REJECT', comment: string | null): Promise<Outcome<Decided>>;
}

const mostOpen = 50;

export const createApprovalLinks = (deps: LinkDependencies): ApprovalLinks => ({
  make: (order, maker) => makeLink(deps, order, maker),
  follow: (token) => followLink(deps, token),
  async decide(token, verdict, comment) {
    const followed = await followLink(deps, token);
    if (!followed.ok) return followed;
    const { link, viewer: reviewer, task } = followed.value;
    const on = { revision: link.revision, planHash: link.planHash };
    return deps.approvals.decide({ reviewer, taskId: task.id, verdict, on, comment, linkId: link.id });
  },
});

const makeLink = async (
  { links, signedLinks, journal, approvals, findTask, passkeys, newId }: LinkDependencies,
  { taskId, person }: { readonly taskId: string; readonly person: Principal },
  maker: Caller | null,
): Promise<Outcome<MadeLink>> => {
  const task = await findTask(person, taskId);
  const [request] = task ? await approvals.findOfTasks(person, [{ taskId, revision: task.revision }]) : [];
  if (!task || !request) return refused(refusal('RESOURCE_NOT_FOUND', 'Nobody is asked about this task.'));
  const owners = await passkeys.ownersAmong(null, [person.id]);
  const who = { ...person, hasPasskey: owners.has(person.id) };
  return journal.transaction(async (tx) => {
    const { count, now } = await links.countOpen(tx, taskId, task.revision);
    const no = linkFault(request, who, maker, now);
    if (no) return refused(no);
    if (count >= mostOpen)
      return refused(
        refusal('PRECONDITION_FAILED', `A request has ${mostOpen} links at most that can be used.`),
      );
    const isOwn = maker?.id === person.id;
    const link: ApprovalLink = {
      id: newId(),
      tenantId: task.tenantId,
      principalId: person.id,
      taskId,
      revision: request.revision,
      planHash: request.planHash,
      createdById: maker?.id ?? null,
      handIds: maker ? (isOwn ? maker.credential.handIds : handsOfMaker(maker)) : [],
      decidesIn: maker ? maker.credential.decidesIn : environments,
      createdAt: now,
      expiresAt: new Date(Math.min(request.expiresAt.getTime(), now.getTime() + longestLinkMs)),
      usedAt: null,
    };
    const token = await signedLinks.sign(link);
    links.insert(tx, link);
    const { revision, planHash, expiresAt } = link;
    tx.record(
      eventOf(task, now, maker?.id ?? null)(
        'approval.link_created',
        `${person.name} was given a link to decide`,
        {
          approvalId: request.id,
          revision,
          planHash,
          linkId: link.id,
          principalId: person.id,
          expiresAt: expiresAt.toISOString(),
        },
      ),
    );
    return accepted({ token, expiresAt });
  });
};

/** The record's word counts; what was signed has to say the same. */
const followLink = async (
  { links, signedLinks, approvals, findTask, findPrincipal, passkeys, clock }: LinkDependencies,
  token: string,
): Promise<Outcome<FollowedLink>> => {
  const claims = await signedLinks.read(token);
  const link = claims && (await links.find(claims.id));
  const isSame =
    link &&
    (['principalId', 'tenantId', 'taskId', 'revision', 'planHash'] as const).every(
      (name) => link[name] === claims[name],
    );
  const person = isSame ? await findPrincipal(link.principalId) : null;
  const task = person && link ? await findTask(person, link.taskId) : null;
  if (!link || !person || !task) return refused(badLink);
  const old = stale(task, link);
  if (old) return refused(old);
  const [request] = await approvals.findOfTasks(person, [link]);
  if (!request) return refused(badLink);
  const now = clock.now();
  const owners = await passkeys.ownersAmong(null, [person.id]);
  const no = linkFault(request, { ...person, hasPasskey: owners.has(person.id) }, null, now);
  if (no) return refused(no);
  const makerIsNoMore = await lostMaker(findPrincipal, request, link);
  if (makerIsNoMore) return refused(makerIsNoMore);
  if (link.usedAt || link.expiresAt <= now) return refused(usedLink);
  const requester = await findPrincipal(task.submittedById);
  return accepted({ link, viewer: callerOf(person, link), task, request, requester });
};

/** Whoever made it could follow it, so it ends with their own right to decide. */
const lostMaker = async (
  findPrincipal: FindPrincipal,
  request: ApprovalRequest,
  { createdById, principalId }: ApprovalLink,
): Promise<Refusal | null> => {
  if (createdById === null || createdById === principalId) return null;
  const maker = await findPrincipal(createdById);
  return maker ? makerFault(request, maker) : makerIsGone;
};

const linkInput = z
  .strictObject({
    taskId: id.describe('The task that people are asked about, by its UUID.'),
    principalId: id.describe('Whom the link is to stand for, by their UUID.'),
  })
  .meta({ id: 'CreateApprovalLinkInput', description: 'Who is to decide on what.' });

export const createLinkCommands = (
  { make }: ApprovalLinks,
  findPrincipals: (tenantId: string, ids: readonly string[]) => Promise<readonly Principal[]>,
) => ({
  createApprovalLink: defineCommand({
    name: 'createApprovalLink',
    description:
      'A link with which one person decides on exactly the current revision, once, without signing in: within a day and while people are asked. For yourself from your session, or as an operator for somebody else: you could follow it, so you have to be asked yourself, and your two words count once. None where a passkey is asked for.',
    input: linkInput,
    async run({ viewer }, { taskId, principalId }) {
      const [person] = await findPrincipals(viewer.tenantId, [principalId]);
      if (!person || person.disabledAt)
        return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such person.'));
      return make({ taskId, person }, viewer);
    },
  }),
});
export type LinkCommands = ReturnType<typeof createLinkCommands>;
