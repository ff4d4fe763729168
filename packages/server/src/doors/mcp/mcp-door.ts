import { Readable } from 'node:stream';
import {
  createMcpHandler,
  localhostAllowedOrigins,
  validateOriginHeader,
} from '@modelcontextprotocol/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { joinSignals } from '../../infra/joined-signal.ts';
import type { Logger } from '../../infra/logger.ts';
import { credentialsOf, type Admission } from '../http/admission.ts';
import { largestBodyBytes } from '../http/body-room.ts';
import { sendError, sendRateLimited } from '../http/http-errors.ts';
import { traceparentOf } from '../http/trace-context.ts';
import { whenClosed } from '../http/when-closed.ts';
import type { OpenCall } from '../shared/follow-task.ts';
import { standingCall, type Standings } from '../shared/standing.ts';
import { createListening, isListening, tooManyListen, type ListeningDeps } from './listening.ts';
import { addProtectedResource, challengeOf, type ProtectedResource } from './protected-resource.ts';
import { createServerOf, type McpServing } from './mcp-server.ts';

export const mcpPath = '/mcp';

export interface McpDoorDeps extends McpServing, Omit<ListeningDeps, 'passedOn'> {
  readonly standings: Standings;
  /** Names by which people reach us, whose pages may call. */
  readonly hostnames: readonly string[];
  readonly resource: ProtectedResource;
  readonly logger: Logger;
}

/**
 * The Model Context Protocol over HTTP at /mcp, without sessions: each request is whole in itself, in the protocol's
 * revision of 2026 and in those of 2025.
 */
export const addMcpDoor =
  ({ hostnames, resource, logger, standings, waiting, ...serving }: McpDoorDeps) =>
  (app: FastifyInstance, admission: Admission): void => {
    const arrived = new WeakMap<Request, OpenCall>();
    const stopping = new AbortController();
    const allowedOrigins = [...localhostAllowedOrigins(), ...hostnames];
    const handler = handlerOf(serving, arrived, logger);
    const listening = createListening({ waiting, passedOn: serving.passedOn });
    const deaf = serving.passedOn.onChanged(handler.notify.toolsChanged);
    app.addHook('preClose', (done) => {
      stopping.abort();
      done();
    });
    app.addHook('onClose', async () => {
      deaf();
      await handler.close();
    });
    addProtectedResource(app, resource, mcpPath);
    app.route({
      method: 'POST',
      url: mcpPath,
      config: { challenge: challengeOf(resource, mcpPath) },
      bodyLimit: largestBodyBytes,
      onRequest: admission.onRequest,
      handler: async (request, reply) => {
        if (!validateOriginHeader(request.headers.origin, allowedOrigins).ok)
          return sendError(request, reply, {
            code: 'AUTHORIZATION_FAILED',
            message: 'Pages of another origin may not call here.',
          });
        const more = messagesOf(request) - 1;
        const waitMs = more > 0 ? admission.charge(request, reply, more) : null;
        if (waitMs !== null) return sendRateLimited(request, reply, waitMs);
        const viewer = admission.viewerOf(request);
        const standing = standingCall(standings, { credentials: credentialsOf(request), viewer });
        const place = isListening(request.body) ? listening.enter(viewer, standing) : undefined;
        if (place === null) return sendError(request, reply, tooManyListen);
        const signal = leaving(reply, stopping.signal, place);
        const asked = webRequestOf(request, signal);
        arrived.set(asked, { viewer, traceparent: traceparentOf(request), signal, ...standing });
        const answer = await handler.fetch(asked, { parsedBody: request.body });
        if (stopping.signal.aborted) reply.header('connection', 'close');
        return send(reply, answer);
      },
    });
  };

const handlerOf = (serving: McpServing, arrived: WeakMap<Request, OpenCall>, logger: Logger) => {
  const serverOf = createServerOf(serving);
  return createMcpHandler(
    ({ requestInfo, era }) => {
      const call = requestInfo && arrived.get(requestInfo);
      if (!call) throw new Error('A call came past its admission.');
      return serverOf(call, era);
    },
    {
      maxRequestBodySize: largestBodyBytes,
      onerror: (error) => {
        logger.debug({ err: error }, 'an MCP request was refused');
      },
    },
  );
};

/** More than these in one request are refused whole. */
const mostMessages = 100;

/** A batch of the older revisions asks for as much as its messages would one by one. */
const messagesOf = ({ body }: FastifyRequest): number =>
  Array.isArray(body) ? Math.min(body.length, mostMessages) : 1;

/** Aborted when the caller goes away, the server stops, or a stream has to end. */
const leaving = (
  reply: FastifyReply,
  stopping: AbortSignal,
  place: (Disposable & { readonly signal: AbortSignal }) | undefined,
): AbortSignal => {
  const gone = new AbortController();
  const joined = joinSignals(gone.signal, stopping, ...(place ? [place.signal] : []));
  whenClosed(reply, () => {
    gone.abort();
    joined[Symbol.dispose]();
    place?.[Symbol.dispose]();
  });
  return joined.signal;
};

/** Without its body, which goes along as it was read: written again, one that is nested too deep would fail. */
const webRequestOf = ({ method, headers, host, url }: FastifyRequest, signal: AbortSignal): Request => {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && name !== 'content-length')
      sent.set(name, Array.isArray(value) ? value.join(', ') : value);
  return new Request(`http://${host}${url}`, { method, headers: sent, signal });
};

/** What is there already goes out whole: as a stream it would be compressed by one, however short. */
const send = async (reply: FastifyReply, response: Response): Promise<FastifyReply> => {
  const { status, headers, body } = response;
  reply.code(status).header('cache-control', 'no-store');
  for (const [name, value] of headers) if (name !== 'content-length') reply.header(name, value);
  const goesOn = headers.get('content-type')?.startsWith('text/event-stream') === true;
  return reply.send(goesOn && body ? Readable.fromWeb(body) : await response.text());
};
