import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { ProbeAnswer, Probes } from '../../modules/health/index.ts';
import type { Gates } from './gates.ts';
import { sendError } from './http-errors.ts';

interface MetricsText {
  readonly contentType: string;
  render(): Promise<string>;
}

export interface MetricsSource extends MetricsText {
  readonly openMetrics: MetricsText;
}

interface ProbeRoutesDeps {
  readonly probes: Probes;
  readonly metrics: MetricsSource;
  /** Where metrics are; null tells none. */
  readonly metricsPath: string | null;
  readonly isStopping: () => boolean;
  readonly gates: () => Gates;
}

export const addProbeRoutes = (
  app: FastifyInstance,
  { probes, metrics, metricsPath, isStopping, gates }: ProbeRoutesDeps,
): void => {
  const onRequest: onRequestAsyncHookHandler = function (request, reply) {
    return gates().limitProbes.call(this, request, reply);
  };
  const answer = (reply: FastifyReply, { status, body }: ProbeAnswer): FastifyReply =>
    reply.code(status).header('cache-control', 'no-store').send(body);
  const isOpened = (request: FastifyRequest): boolean => gates().health.isOpened(request);
  const ready = async (request: FastifyRequest): Promise<ProbeAnswer> => {
    const found = await probes.readyz(isOpened(request));
    return isStopping() ? { ...found, status: 503 } : found;
  };
  const mayAsk = (request: FastifyRequest): boolean => {
    const { health, isMonitor, clientOf } = gates();
    return !health.isTried(request) && (!health.isShut || isMonitor(clientOf(request.raw)));
  };
  const entry = [onRequest, refuseUnless((request) => isOpened(request) || mayAsk(request))];
  for (const path of ['/healthz', '/health']) {
    app.get(path, { onRequest: entry }, async (request, reply) =>
      answer(reply, await probes.healthz(isOpened(request))),
    );
  }
  for (const path of ['/readyz', '/ready']) {
    app.get(path, { onRequest: entry }, async (request, reply) => answer(reply, await ready(request)));
  }
  app.get('/livez', { onRequest: entry }, async (_request, reply) => answer(reply, await probes.livez()));
  if (metricsPath === null) return;
  const mayRead = (request: FastifyRequest): boolean => {
    const gate = gates().metrics;
    return !gate.isShut || gate.isOpened(request);
  };
  app.get(
    metricsPath,
    { onRequest: [onRequest, refuseUnless(mayRead)] },
    async ({ headers: { accept } }, reply) => {
      const told = accept?.includes('application/openmetrics-text') ? metrics.openMetrics : metrics;
      return reply
        .type(told.contentType)
        .header('cache-control', 'no-store')
        .send(await told.render());
    },
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
