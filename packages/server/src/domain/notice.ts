import type { Environment, NoticeChannel, NoticeKind, Risk } from '@countersign/shared';
import { refusal, type Refusal } from './errors.ts';
import { isBorrowed } from './hands.ts';
import type { Caller } from './principal.ts';

/** Where a person is reached. */
export interface Contact {
  readonly principalId: string;
  readonly tenantId: string;
  readonly email: string | null;
  readonly slackUserId: string | null;
  /** Who said that this Slack user is this person, where it was not the person. */
  readonly slackById: string | null;
}

export interface NoticeChoice {
  readonly principalId: string;
  readonly kind: NoticeKind;
  readonly channel: NoticeChannel;
  readonly isOn: boolean;
}

export type NoticeState = 'PENDING' | 'SENT' | 'CLOSING' | 'CLOSED' | 'WITHDRAWN' | 'DEAD';

/** The revision that may be decided on where it is told. */
export interface DecidableRevision {
  readonly revision: number;
  readonly planHash: string;
}

/** One thing to tell at one place. */
export interface Notice {
  readonly id: string;
  readonly tenantId: string;
  /** Null where it goes to a channel of several people. */
  readonly principalId: string | null;
  readonly channel: NoticeChannel;
  readonly place: string;
  readonly kind: NoticeKind;
  readonly eventSeq: bigint;
  readonly taskId: string | null;
  readonly approvalId: string | null;
  readonly title: string;
  readonly text: string;
  readonly path: string;
  /** Null where it is only told. */
  readonly decides: DecidableRevision | null;
  readonly state: NoticeState;
  readonly attempts: number;
  readonly dueAt: Date;
  /** What became of what it is about. */
  readonly ended: string | null;
  readonly slackTs: string | null;
  readonly slackChannel: string | null;
}

/** Of everything people are told, wherever they can be reached; what opens by itself is asked for. */
export const isOnByDefault = (_kind: NoticeKind, channel: NoticeChannel): boolean => channel !== 'BROWSER';

export const isWanted = (
  choices: readonly NoticeChoice[],
  kind: NoticeKind,
  channel: NoticeChannel,
): boolean =>
  choices.find((choice) => choice.kind === kind && choice.channel === channel)?.isOn ??
  isOnByDefault(kind, channel);

/** One place for one thing: where a person can act at once, before where they only read. */
export const placeOf = (
  { email, slackUserId }: Pick<Contact, 'email' | 'slackUserId'>,
  choices: readonly NoticeChoice[],
  kind: NoticeKind,
  reachable: { readonly slack: boolean; readonly mail: boolean },
): { readonly channel: NoticeChannel; readonly place: string } | null => {
  if (reachable.slack && slackUserId !== null && isWanted(choices, kind, 'SLACK'))
    return { channel: 'SLACK', place: slackUserId };
  if (reachable.mail && email !== null && isWanted(choices, kind, 'MAIL'))
    return { channel: 'MAIL', place: email };
  return null;
};

/** Whether a request may be decided outside the console: where a signed-in session and a full view are asked for, not. */
export const mayDecideOutside = (
  { risk, environment }: { readonly risk: Risk; readonly environment: Environment },
  decidesIn: readonly Environment[],
): boolean => decidesIn.includes(environment) && (risk === 'LOW' || risk === 'MEDIUM');

/** What can wait comes together with all else that can, at the next of these moments. */
export const dueAt = (risk: Risk | null, now: Date, digestMs: number): Date =>
  risk === 'LOW' && digestMs > 0 ? new Date(Math.ceil((now.getTime() + 1) / digestMs) * digestMs) : now;

const retryMs = [5_000, 30_000, 120_000, 600_000, 3_600_000];

/** Milliseconds until it is tried again; null where it is given up. */
export const noticeRetryMs = (attempts: number): number | null => retryMs[attempts - 1] ?? null;

const saidBySomebodyElse = refusal(
  'SELF_APPROVAL',
  'Somebody else made what you call with, and could have said it: sign in to the console with a link that nobody else could follow unseen, and say it there.',
);
const saidByProgram = refusal(
  'NOT_ELIGIBLE',
  'Who you are in Slack decides as you there, also where this key does not: sign in to the console and say it there.',
);

/**
 * Why a caller does not say who somebody is in Slack, and so who decides as them there; null where they may. Somebody
 * who made what the caller comes with would stay unseen behind each press.
 */
export const bindingFault = (caller: Caller, principalId: string): Refusal | null => {
  if (isBorrowed(caller)) return saidBySomebodyElse;
  return caller.id !== principalId || caller.credential.kind === 'SESSION' ? null : saidByProgram;
};
