import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Outcome } from '../../domain/errors.ts';
import type { BodyRoom } from './body-room.ts';
import { comesFromUs, sessionCookie } from './credentials.ts';
import { sendError, sendRateLimited } from './http-errors.ts';
import type { NetworkOf } from './client-network.ts';
import { tellLimits } from './admission.ts';
import type { RateLimits } from './rate-limits.ts';

export interface SessionService {
  /** Turns a one-time token into a session. */
  signIn(token: string): Promise<Outcome<{ readonly sessionToken: string; readonly expiresAt: Date }>>;
  signOut(sessionToken: string): Promise<void>;
}

interface SessionRoutesDeps {
  readonly session: SessionService;
  readonly rateLimits: RateLimits;
  readonly networkOf: NetworkOf;
  readonly bodyRoom: BodyRoom;
  readonly origins: readonly string[];
  /** Whether people reach us over https alone. */
  readonly isEncrypted: boolean;
}

const signInBody = z.object({ token: z.string().min(1).max(512) });
const bodyLimitBytes = 4096;

/** POST /session `{ "token" }` begins a console session, DELETE /session ends it. Neither by GET: links decide nothing. */
export const addSessionRoutes = (app: FastifyInstance, deps: SessionRoutesDeps): void => {
  const { session, rateLimits, networkOf, bodyRoom, origins } = deps;
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure: deps.isEncrypted } as const;

  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const { waitMs } = tellLimits(reply, rateLimits.enter(networkOf(request.raw)));
    if (waitMs !== null) return sendRateLimited(request, reply, waitMs);
    if (comesFromUs(request.headers, origins)) {
      return bodyRoom.admit(request, reply, { id: networkOf(request.raw) }) ?? undefined;
    }
    return sendError(request, reply, {
      code: 'AUTHORIZATION_FAILED',
      message: 'Sign in from the console itself.',
    });
  });

  app.post('/session', { bodyLimit: bodyLimitBytes }, async (request, reply) => {
    const body = signInBody.safeParse(request.body);
    if (!body.success) {
      return sendError(request, reply, { code: 'SCHEMA_VALIDATION_FAILED', message: 'token: must be text.' });
    }
    const outcome = await session.signIn(body.data.token);
    if (!outcome.ok) {
      const blockedMs = rateLimits.noteFailure(networkOf(request.raw));
      if (blockedMs !== null) return sendRateLimited(request, reply, blockedMs);
      return sendError(request, reply, outcome.refusal);
    }
    const { sessionToken, expiresAt } = outcome.value;
    return reply
      .setCookie(sessionCookie, sessionToken, { ...cookie, expires: expiresAt })
      .code(204)
      .send();
  });

  app.delete('/session', async (request, reply) => {
    const sessionToken = request.cookies[sessionCookie];
    if (sessionToken !== undefined) await session.signOut(sessionToken);
    return reply.clearCookie(sessionCookie, cookie).code(204).send();
  });
};
