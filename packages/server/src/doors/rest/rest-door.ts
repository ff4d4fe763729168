import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reworded } from '../../domain/errors.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import { credentialsOf, type Admission } from '../http/admission.ts';
import { largestBodyBytes } from '../http/body-room.ts';
import { sendError } from '../http/http-errors.ts';
import { traceparentOf } from '../http/trace-context.ts';
import { openApiOf, type OpenApi } from './openapi.ts';
import { openApiPage } from './openapi-page.ts';
import { createReadRequest, inWordsOf } from './read-request.ts';
import type { RestAnswer, RestCall, RestFamily, RestRoute } from './rest-route.ts';
import { whenClosed } from '../http/when-closed.ts';
import { standingCall, type Standings } from '../shared/standing.ts';

export interface RestDoorDeps {
  readonly families: readonly RestFamily[];
  readonly version: string;
  readonly standings: Standings;
}

/** What every route of the door needs to answer. */
interface Surroundings {
  readonly admission: Admission;
  readonly standings: Standings;
  readonly stopping: AbortSignal;
}

/** REST on the port of GraphQL, behind the same admission: addresses over the same operations. */
export const addRestDoor =
  ({ families, version, standings }: RestDoorDeps) =>
  (app: FastifyInstance, admission: Admission): void => {
    const stopping = new AbortController();
    app.addHook('preClose', (done) => {
      stopping.abort();
      done();
    });
    const around = { admission, standings, stopping: stopping.signal };
    for (const family of families) for (const route of family.routes) addRoute(app, around, family, route);
    // Made for whoever asks first: a start need not wait for it.
    let made: OpenApi | undefined;
    const document = (): OpenApi => (made ??= openApiOf(families, version));
    app.get('/openapi.json', document);
    app.get('/openapi', (request, reply) =>
      wantsPage(request) ? reply.type('text/html; charset=utf-8').send(openApiPage(document())) : document(),
    );
  };

const addRoute = (
  app: FastifyInstance,
  { admission, standings, stopping }: Surroundings,
  { form, needsTenant }: RestFamily,
  route: RestRoute,
): void => {
  const read = createReadRequest(route, needsTenant);
  app.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    // Whoever watches whether we answer asks by HEAD.
    exposeHeadRoute: route.method === 'GET',
    bodyLimit: largestBodyBytes,
    config: { errorForm: form },
    // A browser that follows a link to a task is shown the console.
    onRequest: async function (request, reply) {
      if (route.method === 'GET' && wantsPage(request)) return reply.callNotFound();
      return admission.onRequest.call(this, request, reply);
    },
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const viewer = admission.viewerOf(request);
      const input = read(request, viewer);
      if (!input.ok) return sendError(request, reply, input.refusal);
      const call: RestCall = {
        viewer,
        traceparent: traceparentOf(request),
        signal: leaving(reply, stopping),
        ...standingCall(standings, { credentials: credentialsOf(request), viewer }),
      };
      const outcome = await route.answer(call, input.value);
      // A stopping server waits for connections that are kept.
      if (stopping.aborted || (outcome.ok && outcome.value.stream)) reply.header('connection', 'close');
      if (!outcome.ok) return sendError(request, reply, reworded(outcome.refusal, inWordsOf(route)));
      return send(request, reply, outcome.value);
    },
  });
};

const wantsPage = ({ headers: { accept } }: FastifyRequest): boolean =>
  accept?.includes('text/html') === true;

/** Aborted when the caller goes away before its answer was told whole, or the server stops. */
const leaving = (reply: FastifyReply, stopping: AbortSignal): AbortSignal => {
  const gone = new AbortController();
  const joined = joinSignals(gone.signal, stopping);
  whenClosed(reply, () => {
    gone.abort();
    joined[Symbol.dispose]();
  });
  return joined.signal;
};

const send = async (
  request: FastifyRequest,
  reply: FastifyReply,
  { status, headers = {}, body, stream }: RestAnswer,
): Promise<FastifyReply> => {
  reply.code(status).headers(headers);
  if (!stream) return reply.send(body);
  // What stands between us and the caller is not to keep it until there is more.
  reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no');
  if (request.method === 'HEAD') {
    await stream.return?.();
    return reply.send();
  }
  return reply.send(Readable.from(stream, { objectMode: false, highWaterMark: 16 * 1024 }));
};
