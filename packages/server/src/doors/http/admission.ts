import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { tooBusy } from '../../domain/errors.ts';
import type { Caller } from '../../domain/principal.ts';
import type { OperationLine } from '../../operations/operation-line.ts';
import { comesFromUs, sessionCookie, type Authenticate, type Credentials } from './credentials.ts';
import type { BodyRoom } from './body-room.ts';
import { sendError, sendRateLimited } from './http-errors.ts';
import { clientCertificateOf } from './tls-listener.ts';
import type { NetworkOf } from './client-network.ts';
import { rateLimitHeaders, type Admitted, type RateLimits } from './rate-limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route asks of who is not known, in `WWW-Authenticate`; left out, `Bearer`. */
    readonly challenge?: () => string;
  }
}

export interface AdmissionDeps {
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
  readonly networkOf: NetworkOf;
  readonly bodyRoom: BodyRoom;
  /** In which what is asked for waits: whose part of it is full sends no body at all. */
  readonly line: Pick<OperationLine, 'isFull'>;
  /** Besides our own; `https://console.example.com`. */
  readonly origins: readonly string[];
}

export interface Admission {
  /** Lets a request in before its body is read, or answers it. */
  readonly onRequest: onRequestAsyncHookHandler;
  viewerOf(request: FastifyRequest): Caller;
  /** Counts what a request costs besides the one that it was let in for; how long to wait where that is too much. */
  charge(request: FastifyRequest, reply: FastifyReply, more: number): number | null;
}

export const credentialsOf = (request: FastifyRequest): Credentials => ({
  authorization: request.headers.authorization,
  sessionToken: request.cookies[sessionCookie],
  certificate: clientCertificateOf(request.raw.socket),
});

export const createAdmission = ({
  authenticate,
  rateLimits,
  networkOf,
  bodyRoom,
  line,
  origins,
}: AdmissionDeps): Admission => {
  const viewers = new WeakMap<FastifyRequest, Caller>();

  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const network = networkOf(request.raw);
    const entered = tellLimits(reply, rateLimits.enter(network));
    if (entered.waitMs !== null) return sendRateLimited(request, reply, entered.waitMs);
    const credentials = credentialsOf(request);
    const viewer = await authenticate(credentials);
    if (!viewer) {
      const isWrong = credentials.authorization !== undefined || credentials.sessionToken !== undefined;
      const blockedMs = isWrong ? rateLimits.noteFailure(network) : null;
      if (blockedMs !== null) return sendRateLimited(request, reply, blockedMs);
      reply.header('www-authenticate', request.routeOptions.config.challenge?.() ?? 'Bearer');
      const message = 'Sign in, or send a valid API key as `Authorization: Bearer …`.';
      return sendError(request, reply, { code: 'AUTHENTICATION_FAILED', message });
    }
    const isByCookie = credentials.authorization === undefined;
    if (isByCookie && request.method !== 'GET' && !comesFromUs(request.headers, origins)) {
      const message = 'A session of the console works from the console only.';
      return sendError(request, reply, { code: 'AUTHORIZATION_FAILED', message });
    }
    const { waitMs } = tellLimits(reply, rateLimits.admit(viewer, network));
    if (waitMs !== null) return sendRateLimited(request, reply, waitMs);
    if (line.isFull(viewer)) return sendError(request, reply, tooBusy);
    viewers.set(request, viewer);
    return bodyRoom.admit(request, reply, viewer) ?? undefined;
  };

  const viewerOf = (request: FastifyRequest): Caller => {
    const viewer = viewers.get(request);
    if (!viewer) throw new Error('A request came past its admission.');
    return viewer;
  };

  return {
    onRequest: admit,
    viewerOf,
    charge: (request, reply, more) =>
      tellLimits(reply, rateLimits.take(viewerOf(request), networkOf(request.raw), more)).waitMs,
  };
};

/** Every answer says how much is left. */
export const tellLimits = (reply: FastifyReply, admitted: Admitted): Admitted => {
  reply.headers(rateLimitHeaders(admitted.allowances));
  return admitted;
};
