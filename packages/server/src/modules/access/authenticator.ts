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

interface Known extends Pick<Authenticated, 'caller'> {
  /** On a clock that never goes back; null where nothing ends it. */
  readonly endsAtMs: number | null;
}

export const createAuthenticator = (deps: AuthenticatorDependencies): Authenticator => {
  const { access, credentials, serviceTokens, serviceCertificates, uses, rememberedMs } = deps;
  const authenticated = createRecentValues<Known>({ capacity });
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

  const findKnown = async (given: Credentials): Promise<Known | null> => {
    const key = keyOf(given);
    if (key === undefined) return null;
    return authenticated.get(key, async () => {
      const found = await find(given);
      if (!found) return null;
      const { caller, remainingMs } = found;
      const endsAtMs = remainingMs === null ? null : performance.now() + remainingMs;
      return { value: { caller, endsAtMs }, forMs: Math.min(rememberedMs, remainingMs ?? rememberedMs) };
    });
  };

  return {
    async authenticate(given) {
      const known = await findKnown(given);
      if (known?.caller.credential.kind === 'API_KEY') uses.note(known.caller.credential.id);
      return known?.caller ?? null;
    },

    async remainingMs(given) {
      const known = await findKnown(given);
      if (!known) return 0;
      return known.endsAtMs === null ? null : Math.max(0, known.endsAtMs - performance.now());
    },

    findPrincipal: (id) =>
      principals.get(id, async () => {
        const found = await access.findActivePrincipalById(id);
        return found && { value: found, forMs: rememberedMs };
      }),

    forget(event) {
      const changed = changedBy(event);
      if (changed === null) return;
      authenticated.drop(({ caller: { id, credential } }) => id === changed || credential.id === changed);
      if (isAboutPrincipal(event)) principals.drop(({ id }) => id === changed);
    },
  };
};

/** The credential or principal of which something else holds since an event; null where that is none. */
export const changedBy = (event: NewEvent): string | null => {
  if (event.type === 'api_key.revoked') return event.data.apiKeyId;
  if (event.type === 'session.ended') return event.data.sessionId;
  return isAboutPrincipal(event) ? event.data.principalId : null;
};

const isAboutPrincipal = (
  event: NewEvent,
): event is Extract<NewEvent, { readonly type: `principal.${string}` }> =>
  event.type.startsWith('principal.');
