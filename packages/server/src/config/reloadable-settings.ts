import type { Config } from '../config.ts';

/** What only a start reads, by the beginnings of its paths. */
const ofTheStart: readonly string[] = [
  'home',
  'role',
  'server.host',
  'server.port',
  'server.url',
  'database',
  'databaseConnections',
  'queue',
  'lanes',
  'leaseMs',
  'reconcileEveryMs',
  'drainMs',
  'policy.opaUrl',
  'policy.bundleKeys',
  'audit',
  'metrics.enabled',
  'metrics.path',
  'metrics.labels',
  'metrics.groups',
  'tracing.endpoint',
  'tracing.sampleRatio',
  'intents',
  'sandbox',
  'platformModules',
  'retention.archiveFolder',
];

/** Whether a reload makes a setting count; otherwise it waits for the next start. */
export const isReloadable = (path: string): boolean =>
  !ofTheStart.some((prefix) => path === prefix || path.startsWith(`${prefix}.`));

/** A configuration with all that only a start reads as it was at the start. */
export const asStarted = (start: Config, next: Config): Config => ({
  ...next,
  role: start.role,
  home: start.home,
  http: { ...start.http, limits: next.http.limits, tls: next.http.tls },
  intents: start.intents,
  database: start.database,
  queue: start.queue,
  audit: start.audit,
  execution: start.execution,
  sandbox: start.sandbox,
  policy: { ...next.policy, opaUrl: start.policy.opaUrl, bundleKeys: start.policy.bundleKeys },
  tracing: {
    ...next.tracing,
    endpoint: start.tracing.endpoint,
    sampleRatio: start.tracing.sampleRatio,
  },
  monitoring: {
    ...next.monitoring,
    metrics: { ...start.monitoring.metrics, token: next.monitoring.metrics.token },
  },
  retention: { ...next.retention, archiveFolder: start.retention.archiveFolder },
  executors: { ...next.executors, platformModules: start.executors.platformModules },
});
