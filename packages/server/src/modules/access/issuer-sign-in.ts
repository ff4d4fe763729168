import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { NewId } from '../../infra/ids.ts';
import type { SignInAttempt, SignInIssuer } from '../../infra/sign-in-issuer.ts';
import type { AccessStore } from '../../record/access-store.ts';
import type { CredentialStore } from '../../record/credential-store.ts';
import type { GroupStore } from '../../record/group-store.ts';
import type { IdentityStore } from '../../record/identity-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { accessEvent, operatorOf } from './access-events.ts';
import { groupsAfter, personOf, type ClaimsMeaning, type MeantPerson } from './issuer-claims.ts';
import { insertPrincipal } from './principals.ts';
import { beginSession, sessionEnded, type SignedIn } from './sign-in.ts';

export interface IssuerSignInSettings extends ClaimsMeaning {
  /** By its name. */
  readonly tenant: string;
  /** What the console calls it. */
  readonly label: string;
  readonly sessionMs: number;
  /** Whether a person who was here before under the same name is the one that the issuer means. */
  readonly adoptsByName: boolean;
}

export interface IssuerSignInDependencies {
  readonly journal: Journal;
  readonly access: AccessStore;
  readonly credentials: CredentialStore;
  readonly groups: GroupStore;
  readonly identities: IdentityStore;
  readonly newId: NewId;
  readonly issuer: SignInIssuer;
  readonly settings: IssuerSignInSettings;
}

/** People who sign in at an issuer of theirs. */
export interface IssuerSignIn {
  readonly label: string;
  begin: SignInIssuer['begin'];
  /** Makes who came back somebody of the tenant, with what their claims say they may do, and begins a session. */
  finish(cameBackTo: URL, attempt: SignInAttempt): Promise<Outcome<SignedIn>>;
  /** Ends the sessions of whom the issuer says so. Refused: a word that is not the issuer's. */
  end(logoutToken: string): Promise<Outcome<number>>;
}

const notBelieved = refusal('AUTHENTICATION_FAILED', 'This sign-in does not hold any more. Begin again.');
const noRights = refusal(
  'AUTHORIZATION_FAILED',
  'You are known, and in no group that may come in here. Ask an administrator.',
);
const nameless = refusal('NOT_ELIGIBLE', 'The issuer says no name that you could have here.');
const disabled = refusal('AUTHORIZATION_FAILED', 'An administrator has disabled you here.');

export const createIssuerSignIn = (deps: IssuerSignInDependencies): IssuerSignIn => ({
  label: deps.settings.label,
  begin: (redirectUri) => deps.issuer.begin(redirectUri),
  async finish(cameBackTo, attempt) {
    const claims = await deps.issuer.finish(cameBackTo, attempt);
    const person = claims && personOf(deps.settings, claims);
    return person ? admit(deps, person) : refused(notBelieved);
  },
  async end(logoutToken) {
    const subject = await deps.issuer.endedBy(logoutToken);
    if (subject === null) return refused(notBelieved);
    return deps.journal.transaction(async (tx) => {
      const tenant = await deps.access.findTenantByName(tx, deps.settings.tenant);
      const identity = tenant && { tenantId: tenant.id, issuer: deps.issuer.issuer, subject };
      const principal = identity && (await deps.identities.find(tx, identity));
      return accepted(principal ? await endSessions(deps, tx, principal) : 0);
    });
  },
});

/** Who may do nothing any more is signed out everywhere by trying. */
const admit = (deps: IssuerSignInDependencies, person: MeantPerson): Promise<Outcome<SignedIn>> =>
  deps.journal.transaction(async (tx) => {
    const tenant = await deps.access.findTenantByName(tx, deps.settings.tenant);
    if (!tenant) throw new Error(`There is no tenant ${deps.settings.tenant}, which signIn names.`);
    // First and in order, as everybody does who changes what principals may do.
    const administrators = await deps.access.lockAdministrators(tx, tenant.id);
    const identity = { tenantId: tenant.id, issuer: deps.issuer.issuer, subject: person.subject };
    const known = await deps.identities.find(tx, identity);
    if (person.roles.length === 0) {
      if (known) await endSessions(deps, tx, known);
      return refused(noRights);
    }
    const met = known ? accepted(known) : await meet(deps, tx, tenant.id, person);
    if (!met.ok) return met;
    if (met.value.disabledAt) return refused(disabled);
    if (!known) await deps.identities.insert(tx, { ...identity, principalId: met.value.id });
    const isLast = administrators.length === 1 && administrators[0] === met.value.id;
    const principal = await update(deps, tx, met.value, person, isLast);
    return accepted(await beginSession(deps, tx, principal, [], deps.settings.sessionMs));
  });

/** Nobody becomes somebody by having the same name, unless configuration says that they are the same. */
const meet = async (
  deps: IssuerSignInDependencies,
  tx: JournalTransaction,
  tenantId: string,
  { name, roles }: MeantPerson,
): Promise<Outcome<Principal>> => {
  if (name === null) return refused(nameless);
  const namesake = await deps.access.findPrincipalByName(tx, tenantId, name);
  if (namesake && deps.settings.adoptsByName && namesake.type === 'HUMAN') {
    const locked = await deps.access.lockPrincipal(tx, tenantId, namesake.id);
    if (locked) return accepted(locked);
  }
  const made = namesake
    ? null
    : await insertPrincipal(deps, tx, { type: 'HUMAN', name, roles }, operatorOf(tenantId));
  if (made) return accepted(made);
  return refused(refusal('NOT_ELIGIBLE', `Somebody else is called ${name} here. Ask an administrator.`));
};

/** The last administrator stays one, whatever the issuer says: otherwise nobody could mend it. */
const update = async (
  { access, groups: groupStore, settings }: IssuerSignInDependencies,
  tx: JournalTransaction,
  principal: Principal,
  person: MeantPerson,
  isLast: boolean,
): Promise<Principal> => {
  const { id: principalId, tenantId, name } = principal;
  const kept = isLast && !person.roles.includes('ADMIN') ? (['ADMIN'] as const) : [];
  const roles = [...person.roles, ...kept];
  if (roles.toSorted().join() !== principal.roles.toSorted().join()) {
    const at = await access.setRoles(tx, principalId, roles);
    const summary = `${name} has the roles ${roles.join(', ')}, as their issuer says`;
    const data = { principalId, roles, rolesBefore: principal.roles };
    tx.record(accessEvent(tenantId, at, principalId, { type: 'principal.roles_changed', summary, data }));
  }
  const groups = groupsAfter(settings, principal.groups, person.groups);
  if (groups.join() !== principal.groups.toSorted().join()) {
    const at = await groupStore.setGroups(tx, principalId, groups);
    const summary = `${name} is in the groups ${groups.join(', ') || '(none)'}, as their issuer says`;
    const data = { principalId, groups, groupsBefore: principal.groups };
    tx.record(accessEvent(tenantId, at, principalId, { type: 'principal.groups_changed', summary, data }));
  }
  return { ...principal, roles, groups };
};

const endSessions = async (
  { credentials }: IssuerSignInDependencies,
  tx: JournalTransaction,
  principal: Principal,
): Promise<number> => {
  await credentials.voidLinksOf(tx, principal.id);
  const ended = await credentials.endSessionsOf(tx, principal.id);
  for (const session of ended) tx.record(sessionEnded(session, principal.id, 'Signed out by their issuer'));
  return ended.length;
};
