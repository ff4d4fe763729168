import { quoted, type NoticeKind, type Role } from '@countersign/shared';
import { ineligibility } from '../../domain/eligibility.ts';
import { eventTypes, type EventType, type ReadEvent } from '../../domain/events.ts';
import { toShortText } from '../../domain/json.ts';
import { dueAt, mayDecideOutside, placeOf, type Notice } from '../../domain/notice.ts';
import type { ApprovalRequest } from '../../domain/approval-request.ts';
import type { Principal } from '../../domain/principal.ts';
import { wholeTenant } from '../../domain/sight.ts';
import type { Connections, Transaction } from '../../infra/database.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import type { NoticeStore, TellableEvent } from '../../record/notice-store.ts';
import type { NoticeDestinations } from './destinations.ts';

export interface ComposeNoticesDependencies {
  readonly database: Connections;
  readonly notices: NoticeStore;
  readonly approvals: Pick<ApprovalStore, 'findById'>;
  readonly findDeciders: (tenantId: string) => Promise<readonly Principal[]>;
  readonly findPrincipals: (tenantId: string, ids: readonly string[]) => Promise<readonly Principal[]>;
  readonly places: NoticeDestinations;
  readonly clock: Clock;
  readonly newId: NewId;
}

const ends: Partial<Readonly<Record<EventType, string>>> = {
  'task.succeeded': 'is done',
  'task.failed': 'failed',
  'task.denied': 'was stopped by policy',
  'task.rejected': 'was rejected',
  'task.expired': 'expired: nobody decided in time',
  'task.cancelled': 'was cancelled',
  'task.rolled_back': 'was undone',
  'task.needs_attention': 'needs a person',
};

const asking: Partial<Readonly<Record<EventType, string>>> = {
  'approval.requested': 'Approve',
  'approval.reminded': 'Still waiting',
  'approval.escalated': 'Escalated to you',
};

/** Who is told of what nobody asked for: those who can do something about it. */
const watchers: Partial<Readonly<Record<EventType, readonly Role[]>>> = {
  'alert.raised': ['OPERATOR', 'ADMIN'],
  'alert.cleared': ['OPERATOR', 'ADMIN'],
  'webhook.disabled': ['ADMIN'],
};

export const tellable = eventTypes.filter(
  (type) =>
    type in ends ||
    type in asking ||
    type in watchers ||
    ['approval.asked', 'approval.resolved'].includes(type),
);

const eventsAtOnce = 100;
const mostPeople = 200;
const longest = 300;
const short = (text: string): string => toShortText(text, longest);
/** What a caller wrote is told as theirs, in one line: nothing in it can pass for a line of ours. */
const theirs = (goal: string): string => quoted(short(goal));

/** Whether anybody can be told of anything here. */
export const reachesAnybody = ({ reachable, everybody }: NoticeDestinations): boolean =>
  reachable.mail || reachable.slack || everybody.length > 0;

/**
 * Makes notices of what the log holds and nobody was told of. Gives whether there may be more at once. What is lost
 * with a crash of the database is lost with how far it went, and made again.
 */
export const composeNotices = (deps: ComposeNoticesDependencies): Promise<boolean> =>
  deps.database.transaction(
    async (tx) => {
      const to = await deps.notices.horizon(tx);
      const types = reachesAnybody(deps.places) ? tellable : [];
      const events = await deps.notices.readEvents(tx, types, eventsAtOnce);
      if (events === null) return false;
      const remembering = rememberingDeps(deps);
      for (const event of events) await composeOne(remembering, tx, event);
      const isFull = events.length >= eventsAtOnce;
      deps.notices.moveCursor(tx, isFull ? (events.at(-1)?.seq ?? to) : to);
      return isFull;
    },
    { isDurable: false },
  );

/** For one round: most events are about the same few people. */
const rememberingDeps = (deps: ComposeNoticesDependencies): ComposeNoticesDependencies => {
  const { notices, findDeciders, findPrincipals } = deps;
  return {
    ...deps,
    findDeciders: remembering(findDeciders),
    findPrincipals: remembering(findPrincipals),
    notices: {
      ...notices,
      contacts: remembering(notices.contacts),
      choices: remembering(notices.choices),
      peopleIn: remembering(notices.peopleIn),
    },
  };
};

const remembering = <Asked extends readonly unknown[], Answer>(
  ask: (...asked: Asked) => Promise<Answer>,
): ((...asked: Asked) => Promise<Answer>) => {
  const known = new Map<string, Promise<Answer>>();
  return (...asked) => {
    const key = JSON.stringify(asked);
    const answer = known.get(key) ?? ask(...asked);
    known.set(key, answer);
    return answer;
  };
};

const composeOne = async (
  deps: ComposeNoticesDependencies,
  tx: Transaction,
  event: TellableEvent,
): Promise<void> => {
  const { approvalId } = event;
  if (event.type === 'approval.resolved') {
    if (approvalId !== null) deps.notices.end(tx, [approvalId], endWords(event));
    return;
  }
  const wanted = await subjectOf(deps, event);
  if (wanted) deps.notices.insert(tx, await noticesOf(deps, event, wanted));
};

const endWords = ({ data, summary }: TellableEvent & ReadEvent<'approval.resolved'>): string => {
  const status = data.status?.toLowerCase() ?? 'over';
  return short(`${status[0]?.toUpperCase()}${status.slice(1)}: ${summary}`);
};

interface Subject {
  readonly kind: NoticeKind;
  readonly people: readonly Principal[];
  readonly title: string;
  readonly text: string;
  readonly path: string;
  readonly request: ApprovalRequest | null;
}

const subjectOf = async (deps: ComposeNoticesDependencies, event: TellableEvent): Promise<Subject | null> => {
  const { type, tenantId, taskId, goal, summary } = event;
  const roles = watchers[type];
  if (roles)
    return {
      kind: 'ALERT',
      people: await deps.notices.peopleIn(tenantId, roles),
      title: short(summary),
      text: '',
      path: placeToLook(event),
      request: null,
    };
  if (taskId === null || goal === null) return null;
  if (asking[type] !== undefined) return askingOf(deps, event, goal);
  // Nobody asked for a decoy.
  if (!event.isReal) return null;
  const people = await requestersOf(deps, event);
  if (event.type === 'approval.asked')
    return {
      kind: 'QUESTION',
      people,
      title: `A question about: ${theirs(goal)}`,
      text: event.data.question ?? summary,
      path: `/tasks/${taskId}`,
      request: null,
    };
  return {
    kind: 'ENDED',
    people,
    title: `${theirs(goal)} ${ends[type]}`,
    text: short(summary),
    path: `/tasks/${taskId}`,
    request: null,
  };
};

const placeToLook = ({ type, data }: TellableEvent): string => {
  if (type === 'webhook.disabled') return '/settings/webhooks';
  const isAlert = type === 'alert.raised' || type === 'alert.cleared';
  return isAlert && data.kind === 'EXECUTOR_DOWN' ? '/executors' : '/overview';
};

/** Those who may decide on it as it stands, by the very rule that judges their votes. */
const askingOf = async (
  deps: ComposeNoticesDependencies,
  { type, tenantId, approvalId, planSummary, risk }: TellableEvent,
  goal: string,
): Promise<Subject | null> => {
  const request =
    approvalId === null ? null : await deps.approvals.findById(wholeTenant(tenantId), approvalId);
  // What was decided before anybody was told needs nobody any more.
  if (request?.status !== 'PENDING') return null;
  const deciders = await deps.findDeciders(tenantId);
  return {
    kind: 'APPROVAL',
    people: deciders.filter((person) => ineligibility(request, person) === null).slice(0, mostPeople),
    title: `${asking[type]}: ${theirs(goal)}`,
    text: [
      planSummary === null ? '' : short(planSummary),
      `${(risk ?? request.risk).toLowerCase()} risk, ${request.environment.toLowerCase()}; until ${request.expiresAt.toISOString()}`,
    ]
      .filter((line) => line !== '')
      .join('\n'),
    path: `/approvals/${request.id}`,
    request,
  };
};

/** Whoever submitted it, or who answers for them. */
const requestersOf = async (
  { findPrincipals }: ComposeNoticesDependencies,
  { tenantId, submittedById }: TellableEvent,
): Promise<readonly Principal[]> => {
  if (submittedById === null) return [];
  const [submitter] = await findPrincipals(tenantId, [submittedById]);
  if (!submitter || submitter.type === 'HUMAN') return submitter ? [submitter] : [];
  return submitter.ownerId === null ? [] : findPrincipals(tenantId, [submitter.ownerId]);
};

const noticesOf = async (
  { notices, places, clock, newId }: ComposeNoticesDependencies,
  event: TellableEvent,
  { kind, people, request, ...told }: Subject,
): Promise<readonly Notice[]> => {
  const ids = people.filter(({ disabledAt }) => disabledAt === null).map(({ id }) => id);
  const [contacts, choices] = await Promise.all([
    notices.contacts(event.tenantId, ids),
    notices.choices(ids),
  ]);
  const isOutside =
    request !== null && places.decidesIn !== null && mayDecideOutside(request, places.decidesIn);
  const now = clock.now();
  const base = {
    ...told,
    tenantId: event.tenantId,
    kind,
    eventSeq: event.seq,
    taskId: event.taskId,
    approvalId: request?.id ?? null,
    decides: isOutside ? { revision: request.revision, planHash: request.planHash } : null,
    state: 'PENDING',
    attempts: 0,
    dueAt: dueAt(kind === 'APPROVAL' ? (request?.risk ?? null) : null, now, places.digestMs),
    ended: null,
    slackTs: null,
    slackChannel: null,
  } as const;
  const personal = contacts.flatMap((contact) => {
    const own = choices.filter(({ principalId }) => principalId === contact.principalId);
    const place = placeOf(contact, own, kind, places.reachable);
    return place ? [{ ...base, ...place, id: newId(), principalId: contact.principalId }] : [];
  });
  const common = kind === 'APPROVAL' || kind === 'ALERT' ? places.everybody : [];
  return [...personal, ...common.map((place) => ({ ...base, ...place, id: newId(), principalId: null }))];
};
