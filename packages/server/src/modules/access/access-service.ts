import type { Outcome } from '../../domain/errors.ts';
import type { Principal, ProgramSight } from '../../domain/principal.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Journal } from '../../record/journal.ts';
import type { AccessStore, Tenant } from '../../record/access-store.ts';
import type { CredentialStore } from '../../record/credential-store.ts';
import type { GroupStore } from '../../record/group-store.ts';
import { operatorOf } from './access-events.ts';
import { tidyName, type ApiKeyInput, type PrincipalInput } from './access-rules.ts';
import { issueApiKey, type IssuedApiKey } from './api-keys.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import { createAccessCommands, type AccessCommands } from './commands.ts';
import { createKeyUses } from './key-uses.ts';
import { createFirstTenant, ensurePrincipal, ensureTenant, type FirstTenant } from './principals.ts';
import { createAccessQueries, type AccessQueries } from './queries.ts';
import type { ServiceCertificates } from './service-certificates.ts';
import type { ServiceTokens } from './service-tokens.ts';
import { createSignInLink, signIn, signOut, type SignedIn, type SignInLink } from './sign-in.ts';

export interface AccessService extends Authenticator, AsyncDisposable {
  /** Refused: a token that is none, was used, or has expired. */
  signIn(token: string): Promise<Outcome<SignedIn>>;
  signOut(sessionToken: string): Promise<void>;
  /** Good for 15 minutes. Refused: an unknown or disabled principal, one that is no person. */
  createSignInLink(principalId: string): Promise<Outcome<SignInLink>>;
  /** A key from the operator of the machine, who needs no right. Refused: faults of the input, an unknown or disabled principal. */
  issueApiKey(tenantId: string, input: ApiKeyInput): Promise<Outcome<IssuedApiKey>>;
  readonly operations: AccessCommands & AccessQueries;
  /** Disabled ones too, so that what they did keeps its name. */
  findPrincipals(tenantId: string, ids: readonly string[]): Promise<Principal[]>;
  /** People who may decide at all. */
  findDeciders(tenantId: string): Promise<Principal[]>;
  /** Not disabled, by name: everybody who is in one of these groups. */
  findMembers(tenantId: string, names: readonly string[]): Promise<Principal[]>;
  /** Tasks that have not ended and that people were asked about, by the names of the groups that were asked. */
  countAsked(tenantId: string, names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  findTenant(id: string): Promise<Tenant | null>;
  /** For the operator of the machine, the oldest first. */
  findTenants(): Promise<Tenant[]>;
  /** Whose people govern the installation; null before there is one. */
  findFirstTenant(): Promise<string | null>;
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

/** Somebody came with what opens nothing. */
export interface FailedSignIn {
  readonly kind: 'SIGN_IN';
  readonly door: 'SESSION' | 'API';
}

export interface AccessDependencies {
  readonly journal: Journal;
  readonly access: AccessStore;
  readonly credentials: CredentialStore;
  readonly groups: GroupStore;
  readonly serviceTokens?: ServiceTokens;
  readonly serviceCertificates?: ServiceCertificates;
  /** Whose tasks an agent or a service sees; its own where nobody says. */
  readonly sightOfProgram?: (program: Principal) => ProgramSight | undefined;
  /** Told of credentials that nobody has. */
  readonly attempts?: { note(attempt: FailedSignIn): void };
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
  /** For how long what the database said is used again; 5 seconds where left out. */
  readonly rememberedMs?: number;
}

/** How long this node may miss a revocation elsewhere whose event does not reach it. */
const defaultRememberedMs = 5_000;

export const createAccessService = (deps: AccessDependencies): AccessService => {
  const { journal, access, credentials, attempts, logger } = deps;
  const uses = createKeyUses({ save: (ids) => credentials.noteUses(ids), logger });
  const authenticator = createAuthenticator({
    access,
    credentials,
    uses,
    ...(deps.serviceTokens && { serviceTokens: deps.serviceTokens }),
    ...(deps.serviceCertificates && { serviceCertificates: deps.serviceCertificates }),
    rememberedMs: deps.rememberedMs ?? defaultRememberedMs,
  });
  // Before the caller hears of the commit; other nodes hear of it from the log.
  journal.onCommitted((events) => {
    events.forEach(authenticator.forget);
  });
  return {
    ...authenticator,
    async authenticate(given) {
      const caller = await authenticator.authenticate(given);
      const isGiven = given.authorization !== undefined || given.sessionToken !== undefined;
      if (!caller && isGiven) attempts?.note({ kind: 'SIGN_IN', door: 'API' });
      const sees = caller ? deps.sightOfProgram?.(caller) : undefined;
      return caller && sees ? { ...caller, sees } : caller;
    },
    operations: { ...createAccessCommands(deps), ...createAccessQueries(access, credentials, deps.groups) },
    async signIn(token) {
      const outcome = await signIn(deps, token);
      if (!outcome.ok) attempts?.note({ kind: 'SIGN_IN', door: 'SESSION' });
      return outcome;
    },
    signOut: (sessionToken) => signOut(deps, sessionToken),
    createSignInLink: (principalId) => createSignInLink(deps, principalId),
    issueApiKey: (tenantId, input) => issueApiKey(deps, operatorOf(tenantId), input),
    findPrincipals: (tenantId, ids) => access.findPrincipals(tenantId, ids),
    findMembers: (tenantId, names) => deps.groups.findMembers(tenantId, names),
    countAsked: (tenantId, names) => deps.groups.countAsked(null, tenantId, names),
    findDeciders: (tenantId) => access.findDeciders(tenantId),
    findTenant: (id) => access.findTenant(id),
    findTenants: () => access.findTenants(),
    findFirstTenant: () => access.findFirstTenant(),
    createFirstTenant: (name, administrator) => createFirstTenant(deps, name, administrator),
    isEmpty: () => journal.transaction(async (tx) => !(await access.hasTenant(tx))),
    findPeople: (name) => access.findPeople(name === null ? null : tidyName(name)),
    ensureTenant: (name) => ensureTenant(deps, name),
    ensurePrincipal: (input) => ensurePrincipal(deps, input),
    [Symbol.asyncDispose]: () => uses[Symbol.asyncDispose](),
  };
};
