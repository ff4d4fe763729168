import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { Caller } from '../../domain/principal.ts';
import { comesFromUs, sessionCookie, type Authenticate, type Credentials } from './credentials.ts';
import type { BodyRoom } from './body-room.ts';
import { sendError, sendRateLimited } from './http-errors.ts';
import { rateLimitHeaders, type RateLimits } from './rate-limits.ts';

export interface AdmissionDeps {
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
  readonly bodyRoom: BodyRoom;
  /** Besides our own; `https://console.example.com`. */
  readonly origins: readonly string[];
}

export interface Admission {
  /** Lets a request in before its body is read, or answers it. */
  readonly onRequest: onRequestAsyncHookHandler;
  viewerOf(request: FastifyRequest): Caller;
}

export const credentialsOf = (request: FastifyRequest): Credentials => ({
  authorization: request.headers.authorization,
  sessionToken: request.cookies[sessionCookie],
});

export const createAdmission = ({
  authenticate,
  rateLimits,
  bodyRoom,
  origins,
}: AdmissionDeps): Admission => {
  const viewers = new WeakMap<FastifyRequest, Caller>();

  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const credentials = credentialsOf(request);
    const viewer = await authenticate(credentials);
    if (!viewer) {
      const isWrong = credentials.authorization !== undefined || credentials.sessionToken !== undefined;
      const blockedMs = isWrong ? await rateLimits.noteFailure(request.ip) : null;
      if (blockedMs !== null) return sendRateLimited(request, reply, blockedMs);
      reply.header('www-authenticate', 'Bearer');
      const message = 'Sign in, or send a valid API key as `Authorization: Bearer …`.';
      return sendError(request, reply, { code: 'AUTHENTICATION_FAILED', message });
    }
    const isByCookie = credentials.authorization === undefined;
    if (isByCookie && request.method !== 'GET' && !comesFromUs(request.headers, origins)) {
      const message = 'A session of the console works from the console only.';
      return sendError(request, reply, { code: 'AUTHORIZATION_FAILED', message });
    }
    const allowance = await rateLimits.take(viewer.id);
    reply.headers(rateLimitHeaders(allowance));
    if (allowance.isExceeded) return sendRateLimited(request, reply, allowance.resetMs);
    viewers.set(request, viewer);
    return bodyRoom.admit(request, reply, viewer.id) ?? undefined;
  };

  return {
    onRequest: admit,
    viewerOf(request) {
      const viewer = viewers.get(request);
      if (!viewer) throw new Error('A request came past its admission.');
      return viewer;
    },
  };
};
