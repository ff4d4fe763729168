import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ProbeAnswer, Probes } from '../../modules/health/index.ts';

export interface MetricsSource {
  readonly contentType: string;
  render(): Promise<string>;
}

export const addProbeRoutes = (
  app: FastifyInstance,
  probes: Probes,
  metrics: MetricsSource,
  isStopping: () => boolean,
): void => {
  const answer = (reply: FastifyReply, { status, body }: ProbeAnswer): FastifyReply =>
    reply.code(status).header('cache-control', 'no-store').send(body);
  const ready = async (): Promise<ProbeAnswer> => {
    const found = await probes.readyz();
    return isStopping() ? { ...found, status: 503 } : found;
  };
  for (const path of ['/healthz', '/health']) {
    app.get(path, async (_request, reply) => answer(reply, await probes.healthz()));
  }
  for (const path of ['/readyz', '/ready']) {
    app.get(path, async (_request, reply) => answer(reply, await ready()));
  }
  app.get('/livez', async (_request, reply) => answer(reply, await probes.livez()));
  app.get('/metrics', async (_request, reply) =>
    reply
      .type(metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.render()),
  );
};
