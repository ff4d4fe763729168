import type { Environment } from '@countersign/shared';
import { refusal, type Refusal } from './errors.ts';
import type { ApprovalRequest } from './approval-request.ts';
import { ineligibility } from './eligibility.ts';
import type { Caller, Principal } from './principal.ts';
import { hasRight } from './principal.ts';
import { needsPasskey } from './step-up.ts';

/** One person's way to decide on exactly one plan, once. */
export interface ApprovalLink {
  readonly id: string;
  readonly tenantId: string;
  readonly principalId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  /** Null where the server itself sent it. */
  readonly createdById: string | null;
  /** Whoever had a hand in it could follow it. */
  readonly handIds: readonly string[];
  readonly decidesIn: readonly Environment[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

/** A forgotten mail opens nothing the day after. */
export const longestLinkMs = 24 * 60 * 60_000;

export const usedLink = refusal(
  'ALREADY_DECIDED',
  'This link was used already, or its time is over. Sign in to the console to see what became of the request.',
);
export const badLink = refusal(
  'AUTHENTICATION_FAILED',
  'This is no link for an approval, or not the whole of it. Open it as it was sent, or sign in to the console.',
);

export const makerIsGone = refusal(
  'NOT_ELIGIBLE',
  'Whoever made this link may not act any more, so it is worth nothing. Sign in to the console and decide there.',
);

/**
 * Why nobody makes such a link; null where they may. Whoever makes one could follow it, so it is worth no more than
 * its maker's own word: for oneself out of a session, or by an operator who may decide on the request themself.
 */
export const linkFault = (
  request: ApprovalRequest,
  person: Principal & { readonly hasPasskey: boolean },
  maker: Caller | null,
  now: Date,
): Refusal | null => {
  if (request.status !== 'PENDING' || now >= request.expiresAt)
    return refusal('ALREADY_DECIDED', 'Nobody is asked about this any more.');
  const theirs = ineligibility(request, person);
  if (theirs) return refusal('NOT_ELIGIBLE', `${person.name} may not decide on this: ${theirs.message}`);
  if (needsPasskey(request.stepUp, person.hasPasskey))
    return refusal(
      'STEP_UP_REQUIRED',
      'This is approved with a passkey, so no link stands for it: send them to the console.',
    );
  if (maker === null) return null;
  if (maker.id !== person.id) return makerFault(request, maker);
  return maker.credential.kind === 'SESSION'
    ? null
    : refusal(
        'AUTHORIZATION_FAILED',
        'A link of your own is made from your session: whoever made this key could follow it.',
      );
};

/** Why a link for somebody else is worth nothing by its maker, who could follow it; null where it is. */
export const makerFault = (request: ApprovalRequest, maker: Principal): Refusal | null => {
  if (maker.type !== 'HUMAN' || !hasRight(maker, 'OPERATE'))
    return refusal('AUTHORIZATION_FAILED', 'Only operators make links for others, and only people do.');
  const own = ineligibility(request, maker);
  return (
    own &&
    refusal('NOT_ELIGIBLE', `Whoever makes a link could follow it, and you may not decide: ${own.message}`)
  );
};

/** Where the maker's own credential decides, the link does; the server's and one's own as a session does. */
export const callerOf = (person: Principal, link: ApprovalLink): Caller => ({
  ...person,
  credential: {
    id: link.id,
    kind: link.createdById === null || link.createdById === person.id ? 'SESSION' : 'API_KEY',
    handIds: link.handIds,
    decidesIn: link.decidesIn,
  },
});
