import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { constants } from 'node:zlib';
import compress, { type FastifyCompressOptions } from '@fastify/compress';
import cookie from '@fastify/cookie';
import { fastify, type FastifyInstance } from 'fastify';
import type { GraphqlServer } from '../graphql/server.ts';
import type { Logger } from '../../infra/logger.ts';
import type { OperationLine } from '../../operations/operation-line.ts';
import { ownOrigin } from '../../infra/own-origin.ts';
import type { RoomLimits } from '../../infra/room.ts';
import { createAdmission, type Admission } from './admission.ts';
import { createBodyRoom, largestBodyBytes } from './body-room.ts';
import { addAuditRoutes, type AuditFiles } from './audit-routes.ts';
import { addConsoleFiles } from './console-files.ts';
import type { Authenticate } from './credentials.ts';
import { readJsonExactly, refuseInexactQuery } from './exact-json.ts';
import { graphqlPath, handleErrors, sendError } from './http-errors.ts';
import { issuerRoutes, type IssuerService } from './issuer-routes.ts';
import { watchRoutes } from './known-routes.ts';
import type { Probes } from '../../modules/health/index.ts';
import type { Gates } from './gates.ts';
import { addProbeRoutes, type MetricsSource } from './probe-routes.ts';
import { networkOf as networkOfAddress, type NetworkOf } from './client-network.ts';
import type { RateLimits } from './rate-limits.ts';
import { approvalLinkRoutes, type LinkDoor } from './approval-link-routes.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { addSessionRoutes, type SessionService } from './session-routes.ts';
import { slackRoutes, type SlackRoutesDeps } from './slack-routes.ts';
import type { TlsListener } from './tls-listener.ts';
import { handleUpgrades } from './upgrades.ts';

export interface ServedRequest {
  readonly method: string;
  /** The route's pattern, never the path itself: `/graphql`, or `unmatched`. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface HttpServerDeps {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Null for a process that nobody calls: it serves probes and metrics alone. */
  readonly graphql: GraphqlServer | null;
  /** Doors beside it, behind the same admission. */
  readonly doors?: readonly ((app: FastifyInstance, admission: Admission) => void)[];
  readonly audit?: AuditFiles;
  readonly authenticate: Authenticate;
  readonly session: SessionService;
  readonly approvalLinks?: LinkDoor;
  readonly issuer?: () => IssuerService | null;
  readonly slack?: SlackRoutesDeps['slack'];
  readonly originOf?: () => string;
  readonly probes: Probes;
  readonly metrics: MetricsSource;
  readonly rateLimits: RateLimits;
  readonly line: Pick<OperationLine, 'isFull'>;
  /** As they are now. */
  readonly gates: () => Gates;
  /** Where metrics are; null tells none. */
  readonly metricsPath: string | null;
  readonly bodyLimits?: RoomLimits;
  readonly logger: Logger;
  /** The built console; null serves none. */
  readonly webRoot: string | null;
  readonly onServed?: (request: ServedRequest) => void;
  /** Null speaks plain http. */
  readonly tls?: TlsListener | null;
  /** Whether people reach us over https alone. */
  readonly isEncrypted?: boolean;
  /** Pages besides our own that may use a console session. */
  readonly origins?: readonly string[];
}

export interface HttpServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  isStopping(): boolean;
  /** From now on /readyz says no, while everything still works. */
  announceStop(): void;
  /** Takes nothing new, ends sockets with 1001, waits for requests in flight, and cuts at the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

const otherBodyBytes = 16 * 1024;
const disposalDeadlineMs = 5000;

/** @throws PortUnavailableError, whose message is one sentence for the person who starts us. */
export const createHttpServer = async (deps: HttpServerDeps): Promise<HttpServer> => {
  const { graphql, rateLimits, tls = null, isEncrypted = false, origins = [] } = deps;
  const networkOf: NetworkOf = (request) => networkOfAddress(deps.gates().clientOf(request));
  const logger = deps.logger.child({ part: 'http' });
  let stopping = false;
  let stopped: Promise<void> | undefined;
  const isStopping = (): boolean => stopping;
  const isClosing = (): boolean => stopped !== undefined;

  const app = createApp(tls);
  const closes = closerOf(app);
  const answerOtherMethods = watchRoutes(app);
  readJsonExactly(app);
  handleErrors(app, logger);
  addHooks(app, isStopping, deps.onServed);
  await app.register(compress, compression);
  await addSecurityHeaders(app, isEncrypted);
  addProbeRoutes(app, {
    ...{ probes: deps.probes, metrics: deps.metrics, metricsPath: deps.metricsPath },
    ...{ gates: deps.gates, isStopping },
  });
  if (graphql) {
    await app.register(cookie);
    const bodyRoom = createBodyRoom(deps.bodyLimits);
    const admission = createAdmission({ ...deps, networkOf, bodyRoom, origins });
    addGraphqlRoute(app, graphql, admission);
    addSchemaRoute(app, graphql, admission);
    for (const add of deps.doors ?? []) add(app, admission);
    if (deps.audit) addAuditRoutes(app, deps.audit, admission);
    await app.register((scope, _options, done) => {
      addSessionRoutes(scope, {
        ...{ session: deps.session, rateLimits, networkOf, bodyRoom, origins, isEncrypted },
      });
      done();
    });
    await app.register(approvalLinkRoutes(deps.approvalLinks, { rateLimits, networkOf, bodyRoom }));
    await app.register(issuerRoutes({ ...deps, networkOf, isEncrypted }));
    await app.register(slackRoutes({ ...deps, networkOf }));
    handleUpgrades(app, { sockets: graphql.sockets, rateLimits, networkOf, origins, isClosing });
  }
  await addConsoleFiles(app, graphql ? deps.webRoot : null, answerOtherMethods);
  const port = await listen(app, deps);
  const stop = async (deadlineMs: number): Promise<void> => {
    stopping = true;
    await Promise.all([graphql?.sockets.close(deadlineMs), closes(deadlineMs)]);
  };
  return {
    port,
    url: ownOrigin({ publicUrl: null, tls, host: deps.host, port }),
    isStopping,
    announceStop() {
      stopping = true;
    },
    stop: (deadlineMs) => (stopped ??= stop(deadlineMs)),
    async [Symbol.asyncDispose]() {
      await (stopped ??= stop(disposalDeadlineMs));
    },
  };
};

/** At the deadline those are cut that have not shaken hands, too, which the server itself does not count as connected. */
const closerOf = (app: FastifyInstance): ((deadlineMs: number) => Promise<void>) => {
  const connected = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    connected.add(socket);
    socket.once('close', () => connected.delete(socket));
  });
  return async (deadlineMs) => {
    const cut = setTimeout(() => {
      app.server.closeAllConnections();
      for (const socket of connected) socket.destroy();
    }, deadlineMs);
    await app.close();
    clearTimeout(cut);
  };
};

/** As quick as it is worth for answers that are made anew each time; larger ones than these leave the event loop alone. */
const compression = {
  encodings: ['br', 'gzip'] satisfies FastifyCompressOptions['encodings'],
  threshold: 1024,
  syncThreshold: 32 * 1024,
  brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  zlibOptions: { level: 4 },
};

const requestId = /^[\w-]{8,64}$/;
const validHost = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

const createApp = (tls: TlsListener | null): FastifyInstance =>
  fastify({
    ...(tls && { serverFactory: tls.serverFactory }),
    bodyLimit: otherBodyBytes,
    requestTimeout: 60_000,
    // Longer than a load balancer keeps its side, so that it never uses a connection that we just closed.
    keepAliveTimeout: 72_000,
    return503OnClosing: false,
    // What no route could be looked for: `/tasks/%ff`.
    frameworkErrors: (_error, request, reply) => {
      void sendError(request, reply, {
        code: 'SCHEMA_VALIDATION_FAILED',
        message: 'The address of the request cannot be read: what follows "%" must be UTF-8, in hexadecimal.',
      });
    },
    requestIdHeader: false,
    genReqId: ({ headers: { 'x-request-id': id } }) =>
      typeof id === 'string' && requestId.test(id) ? id : randomUUID(),
  });

const addHooks = (
  app: FastifyInstance,
  isStopping: () => boolean,
  onServed: HttpServerDeps['onServed'],
): void => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (isStopping()) reply.header('connection', 'close');
    if (validHost.test(request.headers.host ?? '')) return undefined;
    return sendError(request, reply, {
      code: 'SCHEMA_VALIDATION_FAILED',
      message: 'The Host header is not a host.',
    });
  });
  // One that came before the stop, too: a connection kept after its answer would be cut at the deadline only.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping()) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    onServed?.({
      method: request.method,
      route: request.routeOptions.url ?? 'unmatched',
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    });
    done();
  });
};

const schemaPath = '/schema.graphql';

/** For tools that read a schema, and for people: as `packages/shared/schema.graphql` of the same version has it. */
const addSchemaRoute = (app: FastifyInstance, graphql: GraphqlServer, admission: Admission): void => {
  app.get(schemaPath, { onRequest: admission.onRequest }, (request, reply) => {
    const text = graphql.schemaFor(admission.viewerOf(request));
    return text === null
      ? sendError(request, reply, { code: 'AUTHORIZATION_FAILED', message: 'You may not read the schema.' })
      : reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send(text);
  });
};

const addGraphqlRoute = (app: FastifyInstance, graphql: GraphqlServer, admission: Admission): void => {
  app.route({
    method: ['GET', 'POST'],
    url: graphqlPath,
    exposeHeadRoute: false,
    bodyLimit: largestBodyBytes,
    onRequest: admission.onRequest,
    preValidation: refuseInexactQuery,
    handler: (request, reply) => {
      reply.header('cache-control', 'no-store');
      const charge = (more: number): number | null => admission.charge(request, reply, more);
      return graphql.handle(admission.viewerOf(request), request, reply, charge);
    },
  });
};

/** The port that we were told to serve on cannot be had. */
export class PortUnavailableError extends Error {
  override readonly name = 'PortUnavailableError';
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has it. Set PORT to a free one.',
  EACCES: 'we may not use it. Set PORT to a free one.',
  EADDRNOTAVAIL: 'this machine has no such address. Set COUNTERSIGN_HOST to one that it has.',
  ENOTFOUND: 'the host name is unknown. Set COUNTERSIGN_HOST to one of this machine.',
  EAI_AGAIN: 'the host name could not be looked up. Set COUNTERSIGN_HOST to one of this machine.',
};

const listen = async (app: FastifyInstance, { host, port }: HttpServerDeps): Promise<number> => {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) throw error;
    const message = `Port ${port} on ${host} cannot be used: ${reason}`;
    throw new PortUnavailableError(message, { cause: error });
  }
  const address = app.server.address();
  return typeof address === 'object' && address ? address.port : port;
};
