import type { Role } from '@countersign/shared';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { hasRight, type Caller, type Principal } from '../../domain/principal.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { accessEvent } from './access-events.ts';
import { roleFaults } from './access-rules.ts';
import type { AccessStore } from '../../record/access-store.ts';
import type { CredentialStore } from '../../record/credential-store.ts';
import { notAdministrator } from './principals.ts';
import { sessionEnded } from './sign-in.ts';

export interface PrincipalChangesDependencies {
  readonly journal: Journal;
  readonly access: AccessStore;
  readonly credentials: CredentialStore;
}

export interface EndedSessions {
  readonly principal: Principal;
  readonly count: number;
}

const unknown: Refusal = refusal('RESOURCE_NOT_FOUND', 'There is no such principal.');
const lastAdministrator: Refusal = refusal(
  'PRECONDITION_FAILED',
  'Nobody else could administer this tenant any more: make somebody else an administrator first.',
);

/** What already is so stays as it is and is given back. */
export const setRoles = async (
  deps: PrincipalChangesDependencies,
  viewer: Caller,
  principalId: string,
  given: readonly Role[],
): Promise<Outcome<Principal>> =>
  change(deps, viewer, principalId, async (tx, principal, isLast) => {
    const roles = [...new Set(given)];
    const faults = roleFaults({ type: principal.type, roles: given });
    if (faults.length > 0) return refused(invalidInput(faults));
    if (roles.length === principal.roles.length && roles.every((role) => principal.roles.includes(role))) {
      return accepted(principal);
    }
    if (!roles.includes('ADMIN') && isLast) {
      return refused(lastAdministrator);
    }
    const at = await deps.access.setRoles(tx, principal.id, roles);
    tx.record(
      accessEvent(principal.tenantId, at, viewer.id, {
        type: 'principal.roles_changed',
        summary: `Gave ${principal.name} the roles ${roles.join(', ')}`,
        data: { principalId: principal.id, roles, rolesBefore: principal.roles },
      }),
    );
    return accepted({ ...principal, roles });
  });

/** From then on nothing of theirs opens anything: their sessions end, their keys and links are turned away. */
export const disablePrincipal = async (
  deps: PrincipalChangesDependencies,
  viewer: Caller,
  principalId: string,
): Promise<Outcome<Principal>> =>
  change(deps, viewer, principalId, async (tx, principal, isLast) => {
    if (principal.disabledAt) return accepted(principal);
    if (isLast) return refused(lastAdministrator);
    const at = await deps.access.setDisabled(tx, principal.id, true);
    tx.record(
      accessEvent(principal.tenantId, at, viewer.id, {
        type: 'principal.disabled',
        summary: `Disabled ${principal.name}`,
        data: { principalId: principal.id },
      }),
    );
    await endAll(deps, tx, viewer, principal);
    return accepted({ ...principal, disabledAt: at });
  });

/** Their keys work again, save those that were revoked; to a session they sign in anew. */
export const enablePrincipal = async (
  deps: PrincipalChangesDependencies,
  viewer: Caller,
  principalId: string,
): Promise<Outcome<Principal>> =>
  change(deps, viewer, principalId, async (tx, principal) => {
    if (!principal.disabledAt) return accepted(principal);
    if (principal.type !== 'HUMAN' && principal.ownerId === null) return refused(unowned);
    const at = await deps.access.setDisabled(tx, principal.id, false);
    tx.record(
      accessEvent(principal.tenantId, at, viewer.id, {
        type: 'principal.enabled',
        summary: `Enabled ${principal.name} again`,
        data: { principalId: principal.id },
      }),
    );
    return accepted({ ...principal, disabledAt: null });
  });

const unowned: Refusal = refusal(
  'PRECONDITION_FAILED',
  'Nobody answers for it: make a new one with an owner instead.',
);

/** One's own sessions, or as an administrator those of others; links that nobody followed yet end with them. */
export const endSessions = async (
  deps: PrincipalChangesDependencies,
  viewer: Caller,
  principalId: string,
): Promise<Outcome<EndedSessions>> => {
  if (viewer.id !== principalId && !hasRight(viewer, 'ADMINISTER')) return refused(notAdministrator);
  return deps.journal.transaction(async (tx) => {
    const principal = await deps.access.lockPrincipal(tx, viewer.tenantId, principalId);
    if (!principal) return refused(unknown);
    return accepted({ principal, count: await endAll(deps, tx, viewer, principal) });
  });
};

const endAll = async (
  { credentials }: PrincipalChangesDependencies,
  tx: JournalTransaction,
  viewer: Caller,
  principal: Principal,
): Promise<number> => {
  await credentials.voidLinksOf(tx, principal.id);
  const ended = await credentials.endSessionsOf(tx, principal.id);
  const summary = viewer.id === principal.id ? 'Signed out' : `Signed ${principal.name} out`;
  ended.forEach((session) => {
    tx.record(sessionEnded(session, viewer.id, summary));
  });
  return ended.length;
};

/** Administrators are locked first and in order, so that two of them cannot end each other at once. */
const change = async (
  { journal, access }: PrincipalChangesDependencies,
  viewer: Caller,
  principalId: string,
  work: (tx: JournalTransaction, principal: Principal, isLast: boolean) => Promise<Outcome<Principal>>,
): Promise<Outcome<Principal>> => {
  return journal.transaction(async (tx) => {
    const [first, ...others] = await access.lockAdministrators(tx, viewer.tenantId);
    const principal = await access.lockPrincipal(tx, viewer.tenantId, principalId);
    if (!principal) return refused(unknown);
    return work(tx, principal, others.length === 0 && first === principal.id);
  });
};
