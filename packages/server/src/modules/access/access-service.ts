import type { Outcome } from '../../domain/errors.ts';
import { hasRight, type Principal } from '../../domain/principal.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Journal } from '../events/index.ts';
import type { AccessStore, Tenant } from './access-store.ts';
import type { ApiKeyInput, PrincipalInput } from './access-rules.ts';
import type { ApiKey } from './api-key-store.ts';
import { createApiKey, revokeApiKey, type IssuedApiKey } from './api-keys.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import type { CredentialStore } from './credential-store.ts';
import { createKeyUses } from './key-uses.ts';
import { createPrincipal, ensurePrincipal, ensureTenant } from './principals.ts';
import { createSignInLink, signIn, signOut, type SignedIn, type SignInLink } from './sign-in.ts';

export interface AccessService extends Authenticator, AsyncDisposable {
  /** Refused: a token that is none, was used, or has expired. */
  signIn(token: string): Promise<Outcome<SignedIn>>;
  signOut(sessionToken: string): Promise<void>;
  /** Good for 15 minutes. Refused: an unknown or disabled principal, one that is no person. */
  createSignInLink(principalId: string): Promise<Outcome<SignInLink>>;
  /** Refused: no administrator, faults of the input with their paths, an unknown owner. */
  createPrincipal(viewer: Principal, input: PrincipalInput): Promise<Outcome<Principal>>;
  /** Refused: no administrator, faults of the input with their paths, an unknown or disabled principal. */
  createApiKey(viewer: Principal, input: ApiKeyInput): Promise<Outcome<IssuedApiKey>>;
  /** Takes effect on this node before it returns. Refused: no administrator, an unknown key. */
  revokeApiKey(viewer: Principal, id: string): Promise<Outcome<ApiKey>>;
  /** Those of the viewer's tenant that are not disabled, by name; 1,000 at most. */
  listPrincipals(viewer: Principal): Promise<Principal[]>;
  /** Those of the viewer's tenant, newest first, 1,000 at most; nothing for who is no administrator. */
  listApiKeys(viewer: Principal): Promise<ApiKey[]>;
  /** Disabled ones too, so that what they did keeps its name. */
  findPrincipals(tenantId: string, ids: readonly string[]): Promise<Principal[]>;
  findTenant(id: string): Promise<Tenant | null>;
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
    createPrincipal: (viewer, input) => createPrincipal(deps, viewer, input),
    createApiKey: (viewer, input) => createApiKey(deps, viewer, input),
    revokeApiKey: (viewer, id) => revokeApiKey(deps, viewer, id),
    listPrincipals: (viewer) => access.listPrincipals(viewer.tenantId, maxListed),
    listApiKeys: async (viewer) =>
      hasRight(viewer, 'ADMINISTER') ? credentials.listApiKeys(viewer.tenantId, maxListed) : [],
    findPrincipals: (tenantId, ids) => access.findPrincipals(tenantId, ids),
    findTenant: (id) => access.findTenant(id),
    ensureTenant: (name) => ensureTenant(deps, name),
    ensurePrincipal: (input) => ensurePrincipal(deps, input),
    [Symbol.asyncDispose]: () => uses[Symbol.asyncDispose](),
  };
};
