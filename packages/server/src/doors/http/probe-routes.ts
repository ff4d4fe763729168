import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { ProbeAnswer, Probes } from '../../modules/health/index.ts';
import type { ClientOf } from './client-network.ts';
import { createProbeLimits, monitorsOf, type ProbeLimits } from './probe-limits.ts';
import { createTokenGate, type TokenGate } from './token-gate.ts';
import { sendError } from './http-errors.ts';

export interface MetricsSource {
  readonly contentType: string;
  render(): Promise<string>;
}

/** Where metrics are, and who may read them and the checks' words. */
export interface ProbeAccess {
  /** Null tells none. */
  readonly metricsPath: string | null;
  readonly metricsToken: string | null;
  readonly healthToken: string | null;
}

export const openProbes: ProbeAccess = { metricsPath: '/metrics', metricsToken: null, healthToken: null };

interface ProbeRoutesDeps {
  readonly probes: Probes;
  readonly metrics: MetricsSource;
  readonly isStopping: () => boolean;
  readonly access: ProbeAccess;
  /** Hold back who asks too often, and say who keeps us running and needs no token to hear how we are. */
  readonly limits: ProbeLimits;
  readonly clientOf: ClientOf;
}

export const addProbeRoutes = (
  app: FastifyInstance,
  { probes, metrics, isStopping, access, limits, clientOf }: ProbeRoutesDeps,
): void => {
  const onRequest = createProbeLimits(limits, clientOf);
  const isMonitor = monitorsOf(limits);
  const health = createTokenGate(access.healthToken);
  const answer = (reply: FastifyReply, { status, body }: ProbeAnswer): FastifyReply =>
    reply.code(status).header('cache-control', 'no-store').send(body);
  const ready = async (request: FastifyRequest): Promise<ProbeAnswer> => {
    const found = await probes.readyz(health.isOpened(request));
    return isStopping() ? { ...found, status: 503 } : found;
  };
  const mayAsk = (request: FastifyRequest): boolean => !health.isShut || isMonitor(clientOf(request.raw));
  const entry = [
    onRequest,
    refuseUnless((request) => health.isOpened(request) || (!health.isTried(request) && mayAsk(request))),
  ];
  for (const path of ['/healthz', '/health']) {
    app.get(path, { onRequest: entry }, async (request, reply) =>
      answer(reply, await probes.healthz(health.isOpened(request))),
    );
  }
  for (const path of ['/readyz', '/ready']) {
    app.get(path, { onRequest: entry }, async (request, reply) => answer(reply, await ready(request)));
  }
  app.get('/livez', { onRequest: entry }, async (_request, reply) => answer(reply, await probes.livez()));
  if (access.metricsPath !== null)
    addMetricsRoute(app, access.metricsPath, createTokenGate(access.metricsToken), metrics, onRequest);
};

const addMetricsRoute = (
  app: FastifyInstance,
  path: string,
  gate: TokenGate,
  metrics: MetricsSource,
  onRequest: onRequestAsyncHookHandler,
): void => {
  const entry = [onRequest, refuseUnless((request) => !gate.isShut || gate.isOpened(request))];
  app.get(path, { onRequest: entry }, async (_request, reply) =>
    reply
      .type(metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.render()),
  );
};

const refuseUnless =
  (mayEnter: (request: FastifyRequest) => boolean): onRequestAsyncHookHandler =>
  async (request, reply) => {
    if (mayEnter(request)) return undefined;
    reply.header('www-authenticate', 'Bearer');
    return sendError(request, reply, {
      code: 'AUTHENTICATION_FAILED',
      message: 'A bearer token is needed here.',
    });
  };
