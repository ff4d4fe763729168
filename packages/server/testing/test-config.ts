import { join } from 'node:path';
import { z } from 'zod';
import { loginsAt } from './test-logins.ts';
import { platformConfig } from '../src/platforms/index.ts';
import type { Config } from '../src/config.ts';

/** A configuration for tests: short times, free ports, nothing of the machine's. */
export const testConfig = (
  /** Empty for the embedded PostgreSQL. */
  connectionString: string,
  home: string,
  overrides: Partial<{
    redisUrl: string;
    prefix: string;
    role: Config['role'];
    policyData: string;
    leaseMs: number;
  }> = {},
): Config => ({
  role: overrides.role ?? 'all',
  home,
  http: { host: '127.0.0.1', port: 0, publicUrl: null, requestsPerMinute: 1_000_000 },
  database: {
    ...(connectionString === ''
      ? { url: null, given: null }
      : { url: connectionString, given: loginsAt(connectionString) }),
    connections: 10,
  },
  queue: { redisUrl: overrides.redisUrl ?? null, prefix: overrides.prefix ?? 'test', lanes: {} },
  approvals: { openEach: 1_000_000 },
  alerts: { queueDepth: 100 },
  audit: { anchor: { file: join(home, 'audit-heads.jsonl'), webhook: null, everyMs: 1_000 } },
  admission: { waitingSteps: 1_000_000, highPerMinute: 1_000_000 },
  policy: { opaUrl: null, dataFile: overrides.policyData ?? null },
  execution: { leaseMs: overrides.leaseMs ?? 2_000, reconcileEveryMs: 250, drainMs: 5_000 },
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
  secrets: {},
  sandbox: false,
  log: { level: 'warn' },
});
