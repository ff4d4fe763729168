import { join } from 'node:path';
import { z } from 'zod';
import { loginsAt } from './test-logins.ts';
import { platformConfig } from '../src/platforms/index.ts';
import { tracingOf, tracingSettings } from '../src/config/tracing-settings.ts';
import { monitoringOf, monitoringSettings } from '../src/config/monitoring-settings.ts';
import type { Config } from '../src/config.ts';
import type { RedisServers } from '../src/infra/queue/redis-client.ts';
import { withoutLimits } from '../src/config/limit-settings.ts';

/** A configuration for tests: short times, free ports, nothing of the machine's. */
export const testConfig = (
  /** Empty for the embedded PostgreSQL. */
  connectionString: string,
  home: string,
  overrides: Partial<{
    redis: RedisServers;
    prefix: string;
    role: Config['role'];
    policyData: string;
    leaseMs: number;
  }> = {},
): Config => ({
  role: overrides.role ?? 'all',
  home,
  http: { host: '127.0.0.1', port: 0, publicUrl: null, tls: null, limits: withoutLimits },
  identity: { issuers: [], signIn: undefined },
  monitoring: monitoringOf(
    z.object({ ...monitoringSettings, health: z.object({}).prefault({}) }).parse({}),
    {},
  ),
  tracing: tracingOf(z.object(tracingSettings).parse({}), {}),
  agents: { models: {}, planners: {}, tokensPerDay: 1_000_000, keepPromptsDays: 30 },
  intents: null,
  database: {
    ...(connectionString === ''
      ? { url: null, given: null }
      : // It is cloned ready: nobody prepares it as its owner again.
        { url: null, given: loginsAt(connectionString) }),
    replicaUrl: null,
    connections: 10,
  },
  queue: { redis: overrides.redis ?? null, prefix: overrides.prefix ?? 'test', lanes: {} },
  approvals: { openEach: 1_000_000, watchEveryMs: 30_000 },
  alerts: { queueDepth: 100 },
  notifications: { digestMs: 0, mail: null, slack: null },
  webhooks: {
    hosts: null,
    attempts: 3,
    firstRetryMs: 20,
    longestRetryMs: 100,
    timeoutMs: 2_000,
    disableAfterMs: 3_600_000,
    keepMs: 3_600_000,
  },
  retention: {
    archiveFolder: join(home, 'audit-archive'),
    auditMs: null,
    sessionsMs: null,
    linksMs: null,
    modelCallsMs: null,
    toolResultsMs: null,
    importsMs: null,
    toolUsesMs: null,
  },
  backup: { folder: join(home, 'backups'), s3: null, everyMs: null, keep: 7, oldAfterMs: null },
  audit: { anchor: { file: join(home, 'audit-heads.jsonl'), webhook: null, everyMs: 1_000 }, syslog: null },
  admission: { waitingSteps: 1_000_000, highPerMinute: 1_000_000 },
  policy: { opaUrl: null, dataFile: overrides.policyData ?? null, dataHash: '', bundleKeys: [] },
  execution: { leaseMs: overrides.leaseMs ?? 4_000, reconcileEveryMs: 250, drainMs: 5_000 },
  executors: {
    ...z.object(platformConfig).parse({}),
    platformModules: {},
    egress: { allowedInternalHosts: ['127.0.0.1'] },
    platforms: {
      noop: {
        rate: { limit: 1_000_000, windowMs: 60_000 },
        bulkhead: { concurrent: 256, queued: 10_000 },
      },
    },
    programs: { sandbox: 'PREFERRED' },
    programEnvironment: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  },
  encryption: { keys: [] },
  secrets: {},
  sandbox: false,
  log: { level: 'warn', destinations: { stdout: true, file: null, syslog: null } },
});
