import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { startBackground } from './background.ts';
import { isEncrypted, type Config } from './config.ts';
import { openTls } from './services/tls.ts';
import { createSchema } from './doors/graphql/schema/schema.ts';
import { createGraphqlServer, type GraphqlServer } from './doors/graphql/server.ts';
import type { AuditFiles } from './doors/http/audit-routes.ts';
import { openGates, type Gates, type GateSettings } from './doors/http/gates.ts';
import { createRateLimits, type RateLimits } from './doors/http/rate-limits.ts';
import { createHttpServer, type HttpServer } from './doors/http/server.ts';
import { addMcpDoor } from './doors/mcp/mcp-door.ts';
import { mcpTools, type McpToolDeps } from './doors/mcp/mcp-tools.ts';
import { addRestDoor } from './doors/rest/rest-door.ts';
import type { RestDeps } from './doors/rest/rest-deps.ts';
import { restFamilies } from './doors/rest/rest-families.ts';
import { createStandings, type Standings } from './doors/shared/standing.ts';
import { createWaiting } from './doors/shared/waiting.ts';
import { endsWithin, EndingStack } from './infra/ending-stack.ts';
import type { Logger } from './infra/logger.ts';
import { startIntentFiles } from './intent-files.ts';
import { changedBy, startSharedLimits, type AccessService } from './modules/access/index.ts';
import type { ConfigurationService } from './modules/configuration/index.ts';
import { createMonitoring } from './monitoring.ts';
import { createOperations, type Operations } from './operations.ts';
import { createOperationLine } from './operations/operation-line.ts';
import { createViews, type Views } from './operations/views.ts';
import { slackDecisions } from './slack-decisions.ts';
import { fillSandbox } from './sandbox-data.ts';
import { createServices, type Overrides, type Services } from './services.ts';
import { version } from './version.ts';

export interface App extends AsyncDisposable {
  /** Where people reach it. */
  readonly url: string;
  readonly access: AccessService;
  /** Everything that can be asked, and the right that it needs. */
  readonly operations: Operations;
  /** Gives the first tenant of a sandbox data for agents' tools, where it has none. */
  readonly fillSandbox: () => Promise<void>;
  /** Reads the configuration again, as who is at this machine says; null where there is none to read. */
  readonly reload: (() => Promise<unknown>) | null;
  /** From now on /readyz says no, while everything still works. */
  readonly announceStop: () => void;
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

  const { rateLimits, gates, line } = await openLimits(config, services);
  const originOf = () => live.url ?? '';
  const operations = createOperations(services, monitoring, logger, rateLimits.operate, originOf, line);
  const views = createViews(services, logger);
  const standings = watchCredentials(services, logger, building);
  const asked = { operations, views, originOf, waiting: createWaiting(), standings };
  const schema = () => createSchema({ operations, views, services, monitoring, originOf });
  const graphql = building.use(await createGraphql(config, schema, services, rateLimits, standings, logger));
  if (graphql) live.sockets = graphql.sockets;
  const background = building.use(startBackground(config, logger, services));
  if (graphql)
    building.use(startSharedLimits({ limits: rateLimits, store: services.stores.rateCounts, logger }));
  const http = building.use(
    await createHttpServer({
      ...(await httpSettings(config, services, gates)),
      graphql,
      doors: [restDoor(services, asked), mcpDoor(config, services, asked, logger)],
      audit: auditFiles(services, operations),
      authenticate: services.access.authenticate,
      ...waysIn(services, views),
      slack: slackDecisions(services, logger),
      originOf,
      probes: monitoring.health.probes,
      metrics: monitoring.registry,
      rateLimits,
      line,
      logger,
      onServed: monitoring.registry.observeRequest,
    }),
  );
  const url = (live.url = config.http.publicUrl ?? http.url);
  building.use(startIntentFiles(config, logger, services, operations, originOf, monitoring.registry.intents));
  const running = building.move();
  const announceStop = announcing(monitoring.health, http);
  return {
    url,
    access: services.access,
    operations,
    fillSandbox: () => fillSandbox(services),
    reload: services.configuration && reloadBySignal(services.configuration),
    announceStop,
    overdueParts: () => overdueParts,
    async [Symbol.asyncDispose]() {
      announceStop();
      // What draining leaves of its time is the parts': a busy machine takes longer than any of them should.
      building.endBy(performance.now() + config.execution.drainMs + lettingGoMs + partsEndMs);
      if (!(await drained(background, http, config.execution.drainMs))) noteOverdue();
      await running.disposeAsync();
    },
  };
};

const announcing =
  (health: { readonly beginShutdown: () => void }, http: HttpServer): App['announceStop'] =>
  () => {
    health.beginShutdown();
    http.announceStop();
  };

/** Steps in flight may still end while requests in flight are answered; whether all did in time. */
const drained = (background: AsyncDisposable, http: HttpServer, drainMs: number): Promise<boolean> =>
  endsWithin(drainMs + lettingGoMs, Promise.all([background[Symbol.asyncDispose](), http.stop(drainMs)]));

/** How people come in: by a session, an issuer's word, or a link for one decision. */
const waysIn = ({ access, issuerSignIn, approvalLinks }: Services, { findPlans }: Views) => ({
  session: access,
  issuer: issuerSignIn,
  approvalLinks: { links: approvalLinks, findPlans },
});

interface Standing {
  readonly standings: Standings;
}

const restDoor = (
  { access, approvals }: Services,
  { standings, ...asked }: Pick<RestDeps, 'operations' | 'views' | 'originOf' | 'waiting'> & Standing,
) =>
  addRestDoor({
    families: restFamilies({
      ...asked,
      reviewsOf: approvals.reviews,
      findPrincipals: access.findPrincipals,
      findTenantName: async (tenantId) => (await access.findTenant(tenantId))?.name ?? null,
    }),
    version,
    standings,
  });

const mcpDoor = (
  { http: { publicUrl }, identity: { issuers } }: Config,
  { executors, sending }: Services,
  { standings, ...asked }: Omit<McpToolDeps, 'actionTypes' | 'connected'> & Standing,
  logger: Logger,
) =>
  addMcpDoor({
    ...mcpTools({ ...asked, actionTypes: executors.registry.list(), connected: executors.connected }),
    version,
    resource: { issuers: issuers.map(({ issuer }) => issuer), originOf: asked.originOf },
    stateKey: sending.key.derive('mcp'),
    waiting: asked.waiting,
    standings,
    hostnames: publicUrl === null ? [] : [new URL(publicUrl).hostname],
    logger: logger.child({ part: 'mcp' }),
  });

const gateSettings = ({ http: { limits }, monitoring }: Config): GateSettings => ({
  trustedProxies: limits.trustedProxies,
  probes: limits.probes,
  metricsToken: monitoring.metrics.token,
  healthToken: monitoring.healthToken,
});

/** What callers may ask for, and who they are taken for, as the configuration says now. */
const openLimits = async (config: Config, { live }: Services) => {
  const rateLimits = createRateLimits(config.http.limits.rates);
  await live.part({
    name: 'limits',
    of: ({ http }) => http.limits.rates,
    make: ({ http }) => http.limits.rates,
    take: rateLimits.change,
  });
  const gates = await live.part({
    name: 'gates',
    of: gateSettings,
    make: (next) => openGates(gateSettings(next)),
  });
  return { rateLimits, gates, line: createOperationLine() };
};

const reloadBySignal =
  (configuration: ConfigurationService): App['reload'] =>
  () =>
    configuration.reload('SIGNAL', null);

const httpSettings = async (config: Config, { live }: Services, gates: () => Gates) => {
  const {
    http: { host, port, publicUrl },
    monitoring,
  } = config;
  return {
    gates,
    host,
    port,
    metricsPath: monitoring.metrics.enabled ? monitoring.metrics.path : null,
    webRoot: existsSync(webRoot) ? webRoot : null,
    tls: await openTls(config, live),
    isEncrypted: isEncrypted(config),
    origins: publicUrl === null ? [] : [new URL(publicUrl).origin],
  };
};

/** Copies of the record, for the door that gives files. */
const auditFiles = ({ sealing }: Services, { exportRecord, exportEvidence }: Operations): AuditFiles => ({
  publicKeys: sealing.key.publicKeys,
  record: (viewer) => exportRecord.execute({ viewer, traceparent: null }, {}),
  evidence: (viewer, taskId) => exportEvidence.execute({ viewer, traceparent: null }, { taskId }),
});

const watchCredentials = ({ access, reader }: Services, logger: Logger, building: EndingStack): Standings => {
  const standings = building.use(createStandings({ ...access, logger }));
  // What ends or changes what a caller may do, on any node, reaches its sockets and streams at once.
  building.use(
    reader.onEvents((events) => {
      const changed = new Set(events.flatMap((event) => changedBy(event) ?? []));
      if (changed.size > 0) standings.recheck(changed);
    }),
  );
  return standings;
};

/** Whoever calls, calls an api node: a worker is watched, and that is all. */
const createGraphql = async (
  { role }: Config,
  schema: () => GraphQLSchema,
  { access }: Services,
  rateLimits: RateLimits,
  standings: Standings,
  logger: Logger,
): Promise<GraphqlServer | null> => {
  if (role === 'worker') return null;
  return createGraphqlServer({
    schema: schema(),
    contextFor: (viewer, { requestId, traceparent, signal }) => ({ viewer, requestId, traceparent, signal }),
    authenticate: access.authenticate,
    standings,
    consume: (viewer, network, cost) => rateLimits.take(viewer, network, cost).waitMs,
    // The schema is public with the source; whoever may call may read it.
    introspection: () => true,
    logger,
  });
};
