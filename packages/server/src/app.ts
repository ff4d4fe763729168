import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { startBackground } from './background.ts';
import type { Config } from './config.ts';
import { createSchema } from './doors/graphql/schema/schema.ts';
import { createGraphqlServer, type GraphqlServer } from './doors/graphql/server.ts';
import type { AuditFiles } from './doors/http/audit-routes.ts';
import { createRateLimits, defaultRateLimits, type RateLimits } from './doors/http/rate-limits.ts';
import { createHttpServer } from './doors/http/server.ts';
import { addRestDoor } from './doors/rest/rest-door.ts';
import { taskRoutes } from './doors/rest/task-routes.ts';
import { endsWithin, EndingStack } from './infra/ending-stack.ts';
import type { Logger } from './infra/logger.ts';
import type { AccessService } from './modules/access/index.ts';
import { createMonitoring, version } from './monitoring.ts';
import { createOperations, createViews, type Operations } from './operations.ts';
import { createServices, type Overrides, type Services } from './services.ts';

export interface App extends AsyncDisposable {
  /** Where people reach it. */
  readonly url: string;
  readonly access: AccessService;
  /** After its end: how many parts were left behind because they took too long. */
  readonly overdueParts: () => number;
}

/** What was told to let go after the drain may take so long, and all that is left as much again. */
const lettingGoMs = 2_500;
const partsEndMs = 2_500;
const webRoot = join(import.meta.dirname, '../../web/dist');

/** Wires every part and starts it. Disposing drains: no request is dropped and no step is lost. */
export const createApp = async (config: Config, logger: Logger, overrides: Overrides): Promise<App> => {
  let overdueParts = 0;
  const noteOverdue = (): void => {
    overdueParts += 1;
    logger.warn('a part of this process did not end in time and is left behind');
  };
  await using building = new EndingStack(partsEndMs, noteOverdue);
  const services = await createServices(config, logger, overrides, building);
  const live: { sockets?: GraphqlServer['sockets']; url?: string } = {};
  const monitoring = createMonitoring(config, logger, services, () => live.sockets?.size ?? 0, building);

  const requests = { limit: config.http.requestsPerMinute, windowMs: 60_000 };
  const rateLimits = createRateLimits({ ...defaultRateLimits, requests });
  const operations = createOperations(services, monitoring, logger);
  const originOf = () => live.url ?? '';
  const views = createViews(services, logger);
  const schema = () => createSchema({ operations, views, services, monitoring, originOf });
  const graphql = building.use(await createGraphql(config, schema, services, rateLimits, logger));
  if (graphql) live.sockets = graphql.sockets;
  building.use(
    services.reader.onEvents((events) => {
      if (events.some(endsCredentials)) graphql?.sockets.recheck();
    }),
  );
  const background = building.use(startBackground(config, logger, services));
  const http = building.use(
    await createHttpServer({
      host: config.http.host,
      port: config.http.port,
      graphql,
      addRest: addRestDoor(taskRoutes(operations, views, originOf), version),
      audit: auditFiles(services, operations),
      authenticate: services.access.authenticate,
      session: services.access,
      probes: monitoring.health.probes,
      metrics: monitoring.registry,
      rateLimits,
      logger,
      webRoot: existsSync(webRoot) ? webRoot : null,
      onServed: monitoring.registry.observeRequest,
      isEncrypted: config.http.publicUrl?.startsWith('https:') ?? false,
      origins: originsOf(config),
    }),
  );
  const url = config.http.publicUrl ?? http.url;
  live.url = url;
  const running = building.move();
  return {
    url,
    access: services.access,
    overdueParts: () => overdueParts,
    async [Symbol.asyncDispose]() {
      monitoring.health.beginShutdown();
      http.announceStop();
      // Steps in flight may still end while requests in flight are answered.
      const { drainMs } = config.execution;
      const draining = Promise.all([background[Symbol.asyncDispose](), http.stop(drainMs)]);
      if (!(await endsWithin(drainMs + lettingGoMs, draining))) noteOverdue();
      await running.disposeAsync();
    },
  };
};

/** Copies of the record, for the door that gives files. */
const auditFiles = ({ sealing }: Services, { exportRecord, exportEvidence }: Operations): AuditFiles => ({
  publicKeys: sealing.key.publicKeys,
  record: (viewer) => exportRecord.execute({ viewer, traceparent: null }, {}),
  evidence: (viewer, taskId) => exportEvidence.execute({ viewer, traceparent: null }, { taskId }),
});

/** What ends or changes what a caller may do, on any node, reaches its sockets at once. */
const endsCredentials = ({ type }: { readonly type: string }): boolean =>
  ['session.ended', 'api_key.revoked', 'principal.disabled', 'principal.roles_changed'].includes(type);

const originsOf = ({ http: { publicUrl } }: Config): string[] =>
  publicUrl === null ? [] : [new URL(publicUrl).origin];

/** Whoever calls, calls an api node: a worker is watched, and that is all. */
const createGraphql = async (
  { role }: Config,
  schema: () => GraphQLSchema,
  { access }: Services,
  rateLimits: RateLimits,
  logger: Logger,
): Promise<GraphqlServer | null> => {
  if (role === 'worker') return null;
  return createGraphqlServer({
    schema: schema(),
    contextFor: (viewer, { requestId, traceparent }) => ({ viewer, requestId, traceparent }),
    authenticate: access.authenticate,
    remainingMs: access.remainingMs,
    async consume({ id }) {
      const allowance = await rateLimits.take(id);
      return allowance.isExceeded ? { retryAfterMs: allowance.resetMs } : null;
    },
    // The schema is public with the source; whoever may call may read it.
    introspection: () => true,
    logger,
  });
};
