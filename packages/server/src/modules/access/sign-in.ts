import { accepted, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { hasRight, type Caller, type Principal } from '../../domain/principal.ts';
import type { NewEvent } from '../../domain/events.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { accessEvent, makerOf, type Maker } from './access-events.ts';
import type { AccessStore } from '../../record/access-store.ts';
import type { CredentialStore } from '../../record/credential-store.ts';
import { notAdministrator } from './principals.ts';
import type { EndedSession } from '../../record/sign-in-store.ts';
import { hashToken, newToken } from './credentials.ts';

export interface SignInDependencies {
  readonly journal: Journal;
  readonly access: AccessStore;
  readonly credentials: CredentialStore;
  readonly newId: NewId;
}

export interface SignInLink {
  /** Works once, until it expires. It exists here and nowhere else. */
  readonly token: string;
  readonly expiresAt: Date;
}

export interface SignedIn {
  readonly principal: Principal;
  /** For an httpOnly cookie. It exists here and nowhere else. */
  readonly sessionToken: string;
  readonly expiresAt: Date;
}

/** Long enough to walk to the other window, short enough that a forgotten terminal opens nothing. */
const linkLifetimeMs = 15 * 60_000;
/** A working day. Nothing extends it. */
const sessionLifetimeMs = 12 * 60 * 60_000;

const linkIsNoGood: Refusal = refusal(
  'AUTHENTICATION_FAILED',
  'This sign-in link was used already or has expired. Ask for a new one.',
);

/**
 * A link for oneself or, from an administrator, for others. A key that reached beyond what it may do by
 * signing its holder in would be a session in disguise.
 */
export const offerSignInLink = async (
  deps: SignInDependencies,
  viewer: Caller,
  principalId: string,
): Promise<Outcome<SignInLink>> => {
  const isOwn = viewer.id === principalId && viewer.credential.kind === 'SESSION';
  if (!isOwn && !hasRight(viewer, 'ADMINISTER')) return refused(notAdministrator);
  return createSignInLink(deps, principalId, makerOf(viewer));
};

/** Without a maker it is for the operator's terminal: whoever asks is the server itself. Only people sign in. */
export const createSignInLink = async (
  { journal, access, credentials, newId }: SignInDependencies,
  principalId: string,
  maker?: Maker,
): Promise<Outcome<SignInLink>> => {
  const principal = await access.findActivePrincipalById(principalId);
  if (!principal || (maker && maker.tenantId !== principal.tenantId))
    return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such principal.'));
  if (principal.type !== 'HUMAN') {
    return refused(refusal('NOT_ELIGIBLE', 'Only people sign in: give agents and services an API key.'));
  }
  const { secret: token, hash } = newToken('SIGN_IN_LINK');
  const id = newId();
  return journal.transaction(async (tx) => {
    const link = {
      id,
      principalId: principal.id,
      hash,
      lifetimeMs: linkLifetimeMs,
      createdById: maker?.id ?? null,
      handIds: maker?.handIds ?? [],
    };
    const { createdAt, expiresAt } = await credentials.insertSignInLink(tx, link);
    tx.record(
      accessEvent(principal.tenantId, createdAt, maker?.id ?? null, {
        type: 'sign_in_link.created',
        summary: `Made a sign-in link for ${principal.name}`,
        data: { signInLinkId: id, principalId: principal.id, expiresAt: expiresAt.toISOString() },
      }),
    );
    return accepted({ token, expiresAt });
  });
};

/** Turns a link's token into a session, for exactly one of all who try. */
export const signIn = async (
  { journal, credentials, newId }: SignInDependencies,
  token: string,
): Promise<Outcome<SignedIn>> => {
  const linkHash = hashToken('SIGN_IN_LINK', token);
  if (linkHash === null) return refused(linkIsNoGood);
  return journal.transaction(async (tx) => {
    const admitted = await credentials.consumeSignInLink(tx, linkHash);
    if (!admitted) return refused(linkIsNoGood);
    return accepted(await beginSession({ credentials, newId }, tx, admitted.principal, admitted.handIds));
  });
};

/** For whoever has shown who they are. */
export const beginSession = async (
  { credentials, newId }: Pick<SignInDependencies, 'credentials' | 'newId'>,
  tx: JournalTransaction,
  principal: Principal,
  handIds: readonly string[],
  lifetimeMs: number = sessionLifetimeMs,
): Promise<SignedIn> => {
  const { secret: sessionToken, hash } = newToken('SESSION');
  const id = newId();
  const session = { id, principalId: principal.id, hash, lifetimeMs, handIds };
  const { createdAt, expiresAt } = await credentials.insertSession(tx, session);
  tx.record(
    accessEvent(principal.tenantId, createdAt, principal.id, {
      type: 'session.started',
      summary: `${principal.name} signed in`,
      data: { sessionId: id, principalId: principal.id, expiresAt: expiresAt.toISOString() },
    }),
  );
  return { principal, sessionToken, expiresAt };
};

/** Ends a session; one that is over or unknown stays as it is. */
export const signOut = async (
  { journal, credentials }: SignInDependencies,
  sessionToken: string,
): Promise<void> => {
  const hash = hashToken('SESSION', sessionToken);
  if (hash === null) return;
  await journal.transaction(async (tx) => {
    const ended = await credentials.endSession(tx, hash);
    if (ended) tx.record(sessionEnded(ended, ended.principalId, 'Signed out'));
  });
};

/** `actorId` ended it: the person, or an administrator. */
export const sessionEnded = (
  { id, tenantId, principalId, endedAt }: EndedSession,
  actorId: string,
  summary: string,
): NewEvent =>
  accessEvent(tenantId, endedAt, actorId, {
    type: 'session.ended',
    summary,
    data: { sessionId: id, principalId },
  });
