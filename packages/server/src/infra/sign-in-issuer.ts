import * as oidc from 'openid-client';
import type { JWTPayload } from 'jose';
import type { Clock } from './clock.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { createTokenIssuer, tokenAlgorithms, type TokenIssuer } from './token-issuer.ts';
import { UnavailableError } from './unavailable.ts';

export interface SignInIssuerSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a client that is public: PKCE alone then proves that it is the one who began. */
  readonly clientSecret: string | null;
  readonly scopes: readonly string[];
}

/** What one browser keeps between the beginning of a sign-in and its end. */
export interface SignInAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** An OpenID provider that people sign in at: code flow with PKCE, state and nonce. Nothing of an attempt is kept here. */
export interface SignInIssuer {
  readonly issuer: string;
  /** @throws UnavailableError where the provider cannot be reached. */
  begin(redirectUri: string): Promise<{ readonly url: string; readonly attempt: SignInAttempt }>;
  /** The claims of who came back, signature checked; null for an answer that does not hold. @throws UnavailableError */
  finish(cameBackTo: URL, attempt: SignInAttempt): Promise<JWTPayload | null>;
  /** Whose sessions the provider says are over: the subject of a logout token; null for one that does not hold. */
  endedBy(logoutToken: string): Promise<string | null>;
}

/** For how long the addresses that the provider named are used. */
const discoveryLastsMs = 10 * 60_000;
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

export const createSignInIssuer = (
  settings: SignInIssuerSettings,
  fetchOut: GuardedFetch,
  clock: Clock,
): SignInIssuer => {
  const configuration = createDiscovery(settings, fetchOut);
  const known = new Map<string, TokenIssuer>();
  const tokensAt = (jwksUrl: string): TokenIssuer => {
    const bounds = { algorithms: tokenAlgorithms, clockToleranceMs: 5_000, refetchEveryMs: 30_000 };
    const expected = { issuer: settings.issuer, audience: settings.clientId, jwksUrl, ...bounds };
    const tokens = known.get(jwksUrl) ?? createTokenIssuer(expected, fetchOut, clock);
    known.clear();
    known.set(jwksUrl, tokens);
    return tokens;
  };
  return {
    issuer: settings.issuer,
    async begin(redirectUri) {
      const [state, nonce, verifier] = [
        oidc.randomState(),
        oidc.randomNonce(),
        oidc.randomPKCECodeVerifier(),
      ];
      const url = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: settings.scopes.join(' '),
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return { url: url.href, attempt: { state, nonce, verifier } };
    },
    async finish(cameBackTo, { state, nonce, verifier }) {
      const found = await configuration();
      try {
        const tokens = await oidc.authorizationCodeGrant(found, cameBackTo, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        return tokens.claims() ?? null;
      } catch (error) {
        if (isOfAnswer(error)) return null;
        throw new UnavailableError(away(settings.issuer), { cause: error });
      }
    },
    async endedBy(logoutToken) {
      const jwksUrl = (await configuration()).serverMetadata().jwks_uri;
      if (jwksUrl === undefined) return null;
      const claims = await tokensAt(jwksUrl).verify(logoutToken);
      const events = claims?.['events'];
      const isLogout = typeof events === 'object' && events !== null && logoutEvent in events;
      // An ID token is never a word that a session is over.
      return claims && isLogout && claims['nonce'] === undefined ? (claims.sub ?? null) : null;
    },
  };
};

const away = (issuer: string): string => `${issuer} cannot be reached, so nobody can sign in there now.`;

/** Whether the provider or the browser said something that does not hold, and not that nobody answered. */
const isOfAnswer = (error: unknown): boolean =>
  error instanceof oidc.AuthorizationResponseError ||
  error instanceof oidc.ResponseBodyError ||
  (error instanceof oidc.ClientError && error.code !== undefined && !outages.has(error.code));

const outages = new Set(['OAUTH_TIMEOUT', 'OAUTH_HTTP_REQUEST_FORBIDDEN', 'OAUTH_RESPONSE_IS_NOT_CONFORM']);

/** Asks for it when it is needed, so that a provider that is away keeps no process from starting. */
const createDiscovery = (
  { issuer, clientId, clientSecret }: SignInIssuerSettings,
  fetchOut: GuardedFetch,
): (() => Promise<oidc.Configuration>) => {
  let known: { readonly found: Promise<oidc.Configuration>; readonly untilMs: number } | undefined;
  const ask = async (): Promise<oidc.Configuration> => {
    try {
      return await oidc.discovery(
        new URL(issuer),
        clientId,
        undefined,
        clientSecret === null ? oidc.None() : oidc.ClientSecretPost(clientSecret),
        {
          [oidc.customFetch]: fetchOut,
          // Beyond the connection to the provider: its word is checked by its signature.
          execute: [oidc.enableNonRepudiationChecks],
        },
      );
    } catch (error) {
      known = undefined;
      throw new UnavailableError(away(issuer), { cause: error });
    }
  };
  return () => {
    const now = performance.now();
    if (!known || known.untilMs <= now) known = { found: ask(), untilMs: now + discoveryLastsMs };
    return known.found;
  };
};
