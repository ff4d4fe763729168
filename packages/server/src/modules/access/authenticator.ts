import type { NewEvent } from '../../domain/events.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { AccessStore, FindPrincipal } from '../../record/access-store.ts';
import type { Authenticated, CredentialStore } from '../../record/credential-store.ts';
import { sha256 } from '../../infra/digest.ts';
import { presentedCertificate, presentedSecret, presentedToken, type Credentials } from './credentials.ts';
import type { KeyUses } from './key-uses.ts';
import type { ServiceCertificates } from './service-certificates.ts';
import type { ServiceTokens } from './service-tokens.ts';
import { createRecentValues } from './recent-values.ts';

export interface Authenticator {
  /** Null for every kind of wrong: nobody learns whether a key exists, has expired or was revoked. */
  authenticate(credentials: Credentials): Promise<Caller | null>;
  /** Milliseconds until credentials end by themselves, 0 where they have; null where nothing ends them. */
  remainingMs(credentials: Credentials): Promise<number | null>;
  findPrincipal: FindPrincipal;
  /** Drops what an event has made untrue. */
  forget(event: NewEvent): void;
}

export interface AuthenticatorDependencies {
  readonly access: AccessStore;
  readonly credentials: CredentialStore;
  /** Of other issuers; none is trusted where left out. */
  readonly serviceTokens?: ServiceTokens;
  /** Of programs; none is trusted where left out. */
  readonly serviceCertificates?: ServiceCertificates;
  readonly uses: Pick<KeyUses, 'note'>;
  /** For how long an answer of the database is used again where no event says otherwise. */
  readonly rememberedMs: number;
}

const capacity = 10_000;

export const createAuthenticator = (deps: AuthenticatorDependencies): Authenticator => {
  const { access, credentials, serviceTokens, serviceCertificates, uses, rememberedMs } = deps;
  const authenticated = createRecentValues<Authenticated>({ capacity });
  const principals = createRecentValues<Principal>({ capacity });

  const find = async (given: Credentials): Promise<Authenticated | null> => {
    const token = presentedToken(given);
    if (token !== null) return (await serviceTokens?.findAuthenticated(token)) ?? null;
    const certificate = presentedCertificate(given);
    if (certificate !== null) return (await serviceCertificates?.findAuthenticated(certificate)) ?? null;
    const secret = presentedSecret(given);
    return secret && credentials.findAuthenticated(secret);
  };
  const keyOf = (given: Credentials): string | undefined => {
    const token = presentedToken(given);
    if (token !== null) return sha256(token, 'access/TOKEN/v1\0');
    const certificate = presentedCertificate(given);
    if (certificate === null) return presentedSecret(given)?.hash;
    return sha256(
      `${certificate.fingerprint} ${certificate.authorities.join(' ')}`,
      'access/CERTIFICATE/v1\0',
    );
  };

  return {
    async authenticate(given) {
      const key = keyOf(given);
      if (key === undefined) return null;
      const known = await authenticated.get(key, async () => {
        const found = await find(given);
        return found && { value: found, forMs: Math.min(rememberedMs, found.remainingMs ?? rememberedMs) };
      });
      if (known?.caller.credential.kind === 'API_KEY') uses.note(known.caller.credential.id);
      return known?.caller ?? null;
    },

    async remainingMs(given) {
      const found = await find(given);
      return found ? found.remainingMs : 0;
    },

    findPrincipal: (id) =>
      principals.get(id, async () => {
        const found = await access.findActivePrincipalById(id);
        return found && { value: found, forMs: rememberedMs };
      }),

    forget(event) {
      if (event.type === 'api_key.revoked') {
        const { apiKeyId } = event.data;
        authenticated.drop(({ caller: { credential } }) => credential.id === apiKeyId);
      } else if (event.type === 'session.ended') {
        const { sessionId } = event.data;
        authenticated.drop(({ caller: { credential } }) => credential.id === sessionId);
      } else if (isAboutPrincipal(event)) {
        const { principalId } = event.data;
        authenticated.drop(({ caller: { id } }) => id === principalId);
        principals.drop(({ id }) => id === principalId);
      }
    },
  };
};

const isAboutPrincipal = (
  event: NewEvent,
): event is Extract<NewEvent, { readonly type: `principal.${string}` }> =>
  event.type.startsWith('principal.');
