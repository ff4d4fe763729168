import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Clock } from './clock.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { UnavailableError } from './unavailable.ts';

/** With a public key alone: whoever can check a token with a shared secret could make one. */
export const tokenAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

export interface TokenIssuerSettings {
  readonly issuer: string;
  /** Whom a token must be meant for: one of these. */
  readonly audience: string | readonly string[];
  readonly jwksUrl: string;
  readonly algorithms: readonly TokenAlgorithm[];
  readonly clockToleranceMs: number;
  /** The least time between two looks for keys that are not known. */
  readonly refetchEveryMs: number;
}

/** Claims of tokens whose signature, issuer, audience and times hold. */
export interface TokenIssuer {
  /** For how long after its end a token still holds. */
  readonly clockToleranceMs: number;
  /** Null for a token that does not hold. @throws UnavailableError where nobody can tell, since the keys cannot be had. */
  verify(token: string): Promise<JWTPayload | null>;
}

const keysLastMs = 10 * 60_000;

export const createTokenIssuer = (
  { issuer, audience, jwksUrl, algorithms, clockToleranceMs, refetchEveryMs }: TokenIssuerSettings,
  fetchOut: GuardedFetch,
  clock: Clock,
): TokenIssuer => {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    cooldownDuration: refetchEveryMs,
    cacheMaxAge: keysLastMs,
    [customFetch]: sparing(fetchOut, refetchEveryMs),
  });
  return {
    clockToleranceMs,
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          audience: typeof audience === 'string' ? audience : [...audience],
          algorithms: [...algorithms],
          requiredClaims: ['sub', 'exp'],
          clockTolerance: clockToleranceMs / 1000,
          currentDate: clock.now(),
        });
        return payload;
      } catch (error) {
        if (isOfToken(error)) return null;
        const message = `The keys of ${issuer} cannot be had, so its tokens cannot be checked.`;
        throw new UnavailableError(message, { cause: error });
      }
    },
  };
};

/** Whether it is the token that is at fault, and not that we could not look. */
const isOfToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  !(error instanceof errors.JWKSInvalid) &&
  // Its general kind is what it throws where the keys were not answered with 200.
  error.code !== 'ERR_JOSE_GENERIC';

/** An issuer that does not answer is asked no more often than one that does. */
const sparing = (fetchOut: GuardedFetch, pauseMs: number): GuardedFetch => {
  let failedAtMs = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  return async (url, options) => {
    if (performance.now() - failedAtMs < Math.min(pauseMs, longestPauseMs)) throw failure;
    try {
      const response = await fetchOut(url, options);
      if (response.status !== 200) throw new Error(`The keys were answered with ${response.status}.`);
      return response;
    } catch (error) {
      [failedAtMs, failure] = [performance.now(), error];
      throw error;
    }
  };
};

const longestPauseMs = 5_000;
