import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Outcome } from '../../domain/errors.ts';
import { UnavailableError } from '../../infra/unavailable.ts';
import { tellLimits } from './admission.ts';
import type { NetworkOf } from './client-network.ts';
import { sessionCookie } from './credentials.ts';
import { sendError, sendNotFound, sendRateLimited } from './http-errors.ts';
import type { RateLimits } from './rate-limits.ts';

interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** An issuer that people of this installation sign in at. */
export interface IssuerService {
  readonly label: string;
  begin(redirectUri: string): Promise<{ readonly url: string; readonly attempt: Attempt }>;
  finish(
    cameBackTo: URL,
    attempt: Attempt,
  ): Promise<Outcome<{ readonly sessionToken: string; readonly expiresAt: Date }>>;
  end(logoutToken: string): Promise<Outcome<number>>;
}

interface IssuerRoutesDeps {
  /** Gives null where people sign in with links and passkeys alone. */
  readonly issuer?: () => IssuerService | null;
  readonly rateLimits: RateLimits;
  readonly networkOf: NetworkOf;
  readonly isEncrypted: boolean;
  /** As people reach us; the issuer sends them back there. */
  readonly originOf?: () => string;
}

const attemptCookie = 'cs_sign_in';
const attemptSeconds = 600;
const attemptShape = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string() });
const callbackPath = '/session/callback';

/**
 * GET /session/begin sends a browser to the issuer, which sends it back to GET /session/callback. Nothing but
 * the browser's own cookie keeps the attempt, so a callback that it did not begin signs nobody in.
 */
export const issuerRoutes =
  (deps: IssuerRoutesDeps) =>
  async (app: FastifyInstance): Promise<void> => {
    const { issuer: issuerNow = () => null, rateLimits, networkOf, isEncrypted, originOf = () => '' } = deps;
    app.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const { waitMs } = tellLimits(reply, rateLimits.enter(networkOf(request.raw)));
      return waitMs === null ? undefined : sendRateLimited(request, reply, waitMs);
    });
    app.get('/session/ways', { exposeHeadRoute: false }, () => ({ issuer: issuerNow()?.label ?? null }));
    // It has to come along when the issuer sends the browser back, which is another site.
    const kept = { path: callbackPath, httpOnly: true, sameSite: 'lax', secure: isEncrypted } as const;

    app.get('/session/begin', { exposeHeadRoute: false }, async (_request, reply) => {
      const issuer = issuerNow();
      if (!issuer) return sendNotFound(reply);
      const begun = await unlessAway(issuer.begin(`${originOf()}${callbackPath}`));
      if (!begun) return backToSignIn(reply, 'SERVICE_DOWN');
      const { url, attempt } = begun;
      const value = Buffer.from(JSON.stringify(attempt)).toString('base64url');
      return reply.setCookie(attemptCookie, value, { ...kept, maxAge: attemptSeconds }).redirect(url, 302);
    });

    app.get(callbackPath, { exposeHeadRoute: false }, async (request, reply) => {
      const issuer = issuerNow();
      if (!issuer) return sendNotFound(reply);
      const attempt = attemptOf(request);
      reply.clearCookie(attemptCookie, kept);
      if (!attempt) return backToSignIn(reply, 'AUTHENTICATION_FAILED');
      const outcome = await unlessAway(issuer.finish(new URL(request.url, originOf()), attempt));
      if (!outcome) return backToSignIn(reply, 'SERVICE_DOWN');
      if (!outcome.ok) {
        rateLimits.noteFailure(networkOf(request.raw));
        return backToSignIn(reply, outcome.refusal.code);
      }
      const { sessionToken, expiresAt } = outcome.value;
      const session = { path: '/', httpOnly: true, sameSite: 'strict', secure: isEncrypted } as const;
      return reply
        .setCookie(sessionCookie, sessionToken, { ...session, expires: expiresAt })
        .redirect('/', 302);
    });

    addLogout(app, issuerNow, deps);
  };

const attemptOf = (request: FastifyRequest): Attempt | null => {
  try {
    const text = Buffer.from(request.cookies[attemptCookie] ?? '', 'base64url').toString();
    return attemptShape.parse(JSON.parse(text));
  } catch {
    return null;
  }
};

/** Null where the issuer cannot be reached. */
const unlessAway = async <Value>(work: Promise<Value>): Promise<Value | null> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UnavailableError) return null;
    throw error;
  }
};

/** A person is looking: the console says it in words. */
const backToSignIn = (reply: FastifyReply, code: string): FastifyReply =>
  reply.redirect(`/sign-in?refused=${code}`, 302);

const longestForm = 16 * 1024;

/** POST /session/ended: the issuer's word that somebody's sessions are over (OpenID Connect Back-Channel Logout). */
const addLogout = (
  app: FastifyInstance,
  issuerNow: () => IssuerService | null,
  { rateLimits, networkOf }: IssuerRoutesDeps,
): void => {
  const form = 'application/x-www-form-urlencoded';
  app.addContentTypeParser(form, { parseAs: 'string', bodyLimit: longestForm }, (_request, body, done) => {
    done(null, new URLSearchParams(String(body)).get('logout_token'));
  });
  app.post('/session/ended', { bodyLimit: longestForm }, async (request, reply) => {
    const issuer = issuerNow();
    if (!issuer) return sendNotFound(reply);
    const outcome = await issuer.end(typeof request.body === 'string' ? request.body : '');
    if (outcome.ok) return reply.code(200).send();
    const blockedMs = rateLimits.noteFailure(networkOf(request.raw));
    if (blockedMs !== null) return sendRateLimited(request, reply, blockedMs);
    return sendError(request, reply, { ...outcome.refusal, status: 400 });
  });
};
