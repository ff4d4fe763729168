import type { Outcome } from '../../domain/errors.ts';
import type { Role } from '@countersign/shared';
import { hasRight, type Caller, type Principal } from '../../domain/principal.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Journal } from '../../record/journal.ts';
import type { AccessStore, Tenant } from '../../record/access-store.ts';
import { tidyName, type ApiKeyInput, type PrincipalInput } from './access-rules.ts';
import type { ApiKey } from '../../record/api-key-store.ts';
import { operatorOf } from './access-events.ts';
import { createApiKey, issueApiKey, revokeApiKey, type IssuedApiKey } from './api-keys.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import type { CredentialStore } from '../../record/credential-store.ts';
import { createKeyUses } from './key-uses.ts';
import {
  createFirstTenant,
  createPrincipal,
  ensurePrincipal,
  ensureTenant,
  type FirstTenant,
} from './principals.ts';
import {
  disablePrincipal,
  enablePrincipal,
  endSessions,
  setRoles,
  type EndedSessions,
} from './principal-changes.ts';
import {
  createSignInLink,
  offerSignInLink,
  signIn,
  signOut,
  type SignedIn,
  type SignInLink,
} from './sign-in.ts';

export interface AccessService extends Authenticator, AsyncDisposable {
  /** Refused: a token that is none, was used, or has expired. */
  signIn(token: string): Promise<Outcome<SignedIn>>;
  signOut(sessionToken: string): Promise<void>;
  /** Good for 15 minutes. Refused: an unknown or disabled principal, one that is no person. */
  createSignInLink(principalId: string): Promise<Outcome<SignInLink>>;
  /** As createSignInLink, from a person for themselves or from an administrator. Refused besides: everybody else. */
  offerSignInLink(viewer: Caller, principalId: string): Promise<Outcome<SignInLink>>;
  /** Refused: no administrator, faults of the input with their paths, an unknown owner. */
  createPrincipal(viewer: Caller, input: PrincipalInput): Promise<Outcome<Principal>>;
  /** Refused: no administrator, faults of the input with their paths, an unknown or disabled principal. */
  createApiKey(viewer: Caller, input: ApiKeyInput): Promise<Outcome<IssuedApiKey>>;
  /** As createApiKey, for the operator of the machine, who needs no right. */
  issueApiKey(tenantId: string, input: ApiKeyInput): Promise<Outcome<IssuedApiKey>>;
  /** Takes effect on this node before it returns. Refused: no administrator, an unknown key. */
  revokeApiKey(viewer: Principal, id: string): Promise<Outcome<ApiKey>>;
  /** Refused, like the three below: no administrator, an unknown principal; roles that it cannot have; the last administrator. */
  setRoles(viewer: Caller, principalId: string, roles: readonly Role[]): Promise<Outcome<Principal>>;
  disablePrincipal(viewer: Caller, principalId: string): Promise<Outcome<Principal>>;
  enablePrincipal(viewer: Caller, principalId: string): Promise<Outcome<Principal>>;
  /** One's own without being an administrator. */
  endSessions(viewer: Caller, principalId: string): Promise<Outcome<EndedSessions>>;
  /** Those of the viewer's tenant, by name; disabled ones where they are asked for. 1,000 at most. */
  listPrincipals(
    viewer: Principal,
    isWithDisabled?: boolean,
    limit?: number,
    after?: string | null,
  ): Promise<Principal[]>;
  /** Those of the viewer's tenant, newest first, 1,000 at most; nothing for who is no administrator. */
  listApiKeys(viewer: Principal, limit?: number, after?: string | null): Promise<ApiKey[]>;
  /** Disabled ones too, so that what they did keeps its name. */
  findPrincipals(tenantId: string, ids: readonly string[]): Promise<Principal[]>;
  findTenant(id: string): Promise<Tenant | null>;
  /** Made once, whoever asks and however often; null where there is any tenant already. */
  createFirstTenant(
    name: string,
    administrator: Pick<PrincipalInput, 'name' | 'roles'>,
  ): Promise<FirstTenant | null>;
  /** Whether nobody can sign in or call yet. */
  isEmpty(): Promise<boolean>;
  /** For the operator of the machine: people of the name, or administrators where there is none; the oldest first. */
  findPeople(name: string | null): Promise<Principal[]>;
  /** Idempotent, also where several processes start at once. */
  ensureTenant(name: string): Promise<Tenant>;
  /** Idempotent like ensureTenant; an existing principal of the name stays as it is. */
  ensurePrincipal(input: PrincipalInput & { readonly tenantId: string }): Promise<Principal>;
}

export interface AccessDependencies {
  readonly journal: Journal;
  readonly access: AccessStore;
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
  /** For how long what the database said is believed; 5 seconds unless told otherwise. */
  readonly believedMs?: number;
}

const maxListed = 1_000;
/** How long this node may miss a revocation elsewhere whose fact does not reach it. */
const defaultBelievedMs = 5_000;

export const createAccessService = (deps: AccessDependencies): AccessService => {
  const { journal, access, credentials, logger } = deps;
  const uses = createKeyUses({ save: (ids) => credentials.noteUses(ids), logger });
  const authenticator = createAuthenticator({
    access,
    credentials,
    uses,
    believedMs: deps.believedMs ?? defaultBelievedMs,
  });
  // Before the caller hears of the commit; other nodes hear of it from the log.
  journal.onCommitted((facts) => {
    facts.forEach(authenticator.forget);
  });
  return {
    ...authenticator,
    signIn: (token) => signIn(deps, token),
    signOut: (sessionToken) => signOut(deps, sessionToken),
    createSignInLink: (principalId) => createSignInLink(deps, principalId),
    offerSignInLink: (viewer, principalId) => offerSignInLink(deps, viewer, principalId),
    createPrincipal: (viewer, input) => createPrincipal(deps, viewer, input),
    createApiKey: (viewer, input) => createApiKey(deps, viewer, input),
    issueApiKey: (tenantId, input) => issueApiKey(deps, operatorOf(tenantId), input),
    revokeApiKey: (viewer, id) => revokeApiKey(deps, viewer, id),
    setRoles: (viewer, principalId, roles) => setRoles(deps, viewer, principalId, roles),
    disablePrincipal: (viewer, principalId) => disablePrincipal(deps, viewer, principalId),
    enablePrincipal: (viewer, principalId) => enablePrincipal(deps, viewer, principalId),
    endSessions: (viewer, principalId) => endSessions(deps, viewer, principalId),
    listPrincipals: (viewer, isWithDisabled = false, limit = maxListed, after = null) =>
      access.listPrincipals(viewer.tenantId, isWithDisabled, limit, after),
    listApiKeys: async (viewer, limit = maxListed, after = null) =>
      hasRight(viewer, 'ADMINISTER') ? credentials.listApiKeys(viewer.tenantId, limit, after) : [],
    findPrincipals: (tenantId, ids) => access.findPrincipals(tenantId, ids),
    findTenant: (id) => access.findTenant(id),
    createFirstTenant: (name, administrator) => createFirstTenant(deps, name, administrator),
    isEmpty: () => journal.transaction(async (tx) => !(await access.hasTenant(tx))),
    findPeople: (name) => access.findPeople(name === null ? null : tidyName(name)),
    ensureTenant: (name) => ensureTenant(deps, name),
    ensurePrincipal: (input) => ensurePrincipal(deps, input),
    [Symbol.asyncDispose]: () => uses[Symbol.asyncDispose](),
  };
};
