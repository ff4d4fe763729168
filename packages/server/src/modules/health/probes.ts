import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonObject } from '../../domain/json.ts';
import type { QueueState } from '../../domain/queue.ts';
import type { Clock } from '../../infra/clock.ts';
import { within, type HealthCheck } from './health-checks.ts';

/** What a probe is told. Anybody may read it, but for the details: no paths, no addresses, no words of an error. */
export interface ProbeAnswer {
  readonly status: 200 | 503;
  readonly body: JsonObject;
}

export interface Probes {
  /** Whether this process is well: 503 where it can take no work. */
  healthz(isTrusted?: boolean): Promise<ProbeAnswer>;
  /** Whether requests should be sent here: 503 where it can take no work, or is about to stop. */
  readyz(isTrusted?: boolean): Promise<ProbeAnswer>;
  /** Whether this process runs at all. Asks nothing of anybody else. */
  livez(): Promise<ProbeAnswer>;
}

/** Of connections by https and of payload in the database: both, one of them, or neither. */
export type EncryptionStatus = 'enabled' | 'partial' | 'disabled';

export interface ProbeDependencies {
  readonly version: string;
  readonly checks: () => Promise<readonly HealthCheck[]>;
  readonly queue: { state(): Promise<QueueState> };
  readonly isStopping: () => boolean;
  readonly encryption: () => EncryptionStatus;
  readonly threatLevel: () => 'normal' | 'elevated';
  /** Besides the checks, and of no weight: names that monitors look for. */
  readonly availability?: () => Readonly<Record<string, boolean>>;
  readonly clock: Clock;
}

const queueLimitMs = 1_000;

export const createProbes = (deps: ProbeDependencies): Probes => {
  const timestamp = (): string => deps.clock.now().toISOString();
  return {
    async healthz(isTrusted = false) {
      const checks = await deps.checks();
      const isUp = !checks.some(({ status }) => status === 'DOWN');
      const isWell = checks.every(({ status }) => status === 'HEALTHY');
      return {
        status: isUp ? 200 : 503,
        body: {
          status: isWell ? 'healthy' : isUp ? 'degraded' : 'unhealthy',
          timestamp: timestamp(),
          version: deps.version,
          uptime: durationText(process.uptime()),
          security: {
            encryption_status: deps.encryption(),
            // Nothing switches it off: what does not fit the schema never reaches a module.
            validation_status: 'active',
            threat_level: deps.threatLevel(),
          },
          ...(isTrusted && { details: detailsOf(checks) }),
        },
      };
    },

    async readyz(isTrusted = false) {
      const [checks, queue] = await Promise.all([deps.checks(), readQueue(deps.queue)]);
      const isUp = !checks.some(({ status }) => status === 'DOWN');
      const isReady = isUp && !deps.isStopping();
      const lanes = queue?.lanes;
      return {
        status: isReady ? 200 : 503,
        body: {
          status: isReady ? 'ready' : deps.isStopping() ? 'stopping' : 'not_ready',
          timestamp: timestamp(),
          checks: checksByName(checks, deps.availability?.() ?? {}, queue),
          queue_size: queue?.totalQueued ?? null,
          active_workers: lanes?.reduce((total, lane) => total + lane.active, 0) ?? null,
          max_workers: lanes?.reduce((total, lane) => total + lane.slots, 0) ?? null,
          ...(isTrusted && { details: detailsOf(checks) }),
        },
      };
    },

    async livez() {
      const startedAt = performance.now();
      await nextTurn();
      return {
        status: 200,
        body: {
          status: 'live',
          timestamp: timestamp(),
          pid: process.pid,
          memory_usage: `${(process.memoryUsage.rss() / 1_000_000).toFixed(1)}MB`,
          goroutines: process.getActiveResourcesInfo().length,
          event_loop_lag_ms: Number((performance.now() - startedAt).toFixed(3)),
        },
      };
    },
  };
};

const wordOf = (isWell: boolean): 'ok' | 'failed' => (isWell ? 'ok' : 'failed');

const checksByName = (
  checks: readonly HealthCheck[],
  availability: Readonly<Record<string, boolean>>,
  queue: QueueState | null,
): JsonObject => ({
  ...Object.fromEntries(checks.map(({ name, status }) => [name, wordOf(status === 'HEALTHY')])),
  ...Object.fromEntries(Object.entries(availability).map(([name, isThere]) => [name, wordOf(isThere)])),
  worker_pool: wordOf(queue?.lanes.some(({ slots }) => slots > 0) ?? false),
});

/** What is wrong, in words, for whoever brought the token. */
const detailsOf = (checks: readonly HealthCheck[]): JsonObject[] =>
  checks.map(({ name, isVital, status, message }) => ({ name, is_vital: isVital, status, message }));

const readQueue = async (queue: ProbeDependencies['queue']): Promise<QueueState | null> => {
  try {
    return await within(queue.state(), queueLimitMs);
  } catch {
    // The checks say what is wrong; here only the figures are missing.
    return null;
  }
};

/** 2h15m30s */
export const durationText = (seconds: number): string => {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  const text = `${hours > 0 ? `${hours}h` : ''}${whole >= 60 ? `${minutes}m` : ''}`;
  return `${text}${whole % 60}s`;
};
