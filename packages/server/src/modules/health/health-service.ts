import type { HealthStatus } from '@countersign/shared';
import type { QueueState } from '../../domain/queue.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Database } from '../../infra/database.ts';
import { endable } from '../../infra/endable.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Journal } from '../../record/journal.ts';
import type { ExecutorHealth, ExecutorHealthChange, ExecutorHealthMonitor } from '../../platforms/index.ts';
import { createChecks, type CheckSource, type HealthCheck } from './health-checks.ts';
import { ownChecks } from './own-checks.ts';
import { createProbes, type Probes } from './probes.ts';
import { createThreatWatch } from './threat-watch.ts';

export interface HealthReport {
  /** DOWN where this process can take no work, DEGRADED where a part or a platform is in trouble. */
  readonly status: HealthStatus;
  readonly version: string;
  readonly uptimeMs: number;
  readonly checks: readonly HealthCheck[];
  readonly executors: readonly ExecutorHealth[];
  readonly queue: QueueState;
  readonly asOf: Date;
}

export interface HealthService extends AsyncDisposable {
  report(): Promise<HealthReport>;
  /** Each change of a platform's status from now on, as this process sees it. */
  follow(): AsyncIterableIterator<ExecutorHealthChange>;
  readonly probes: Probes;
  /** From now on this process is not ready: whoever balances load stops sending to it. */
  beginShutdown(): void;
}

export interface HealthServiceDependencies {
  readonly version: string;
  readonly database: Pick<Database, 'query' | 'ensureWritable'>;
  readonly laneQueue: { ping(): Promise<void> };
  readonly queue: { state(): Promise<QueueState> };
  readonly executors: ExecutorHealthMonitor;
  readonly journal: Pick<Journal, 'onCommitted'>;
  /** The folder that this process writes working copies to. */
  readonly home: string;
  /** Whether people and agents reach this server over https. */
  readonly isEncrypted: boolean;
  readonly moreChecks?: readonly CheckSource[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Changes kept for a reader that does not keep up; the oldest go first. */
const maxWaiting = 256;

export const createHealthService = (deps: HealthServiceDependencies): HealthService => {
  const { version, queue, executors, clock, logger } = deps;
  const checks = createChecks([...ownChecks(deps), ...(deps.moreChecks ?? [])], logger);
  const stop = new AbortController();
  let isStopping = false;

  return {
    async report() {
      const [answers, state] = await Promise.all([checks(), queue.state()]);
      const platforms = executors.report();
      return {
        status: statusOf(answers, platforms),
        version,
        uptimeMs: Math.round(process.uptime() * 1_000),
        checks: answers,
        executors: platforms,
        queue: state,
        asOf: clock.now(),
      };
    },
    follow: () => endable((signal) => followChanges(executors, signal, stop.signal)),
    probes: createProbes({
      version,
      checks,
      queue,
      isStopping: () => isStopping,
      isEncrypted: deps.isEncrypted,
      threatLevel: createThreatWatch(deps.journal),
      clock,
    }),
    beginShutdown() {
      isStopping = true;
    },
    [Symbol.asyncDispose]() {
      stop.abort();
      return Promise.resolve();
    },
  };
};

const statusOf = (checks: readonly HealthCheck[], platforms: readonly ExecutorHealth[]): HealthStatus => {
  if (checks.some(({ status }) => status === 'DOWN')) return 'DOWN';
  return [...checks, ...platforms].every(({ status }) => status === 'HEALTHY') ? 'HEALTHY' : 'DEGRADED';
};

async function* followChanges(
  executors: ExecutorHealthMonitor,
  left: AbortSignal,
  stop: AbortSignal,
): AsyncGenerator<ExecutorHealthChange> {
  using joined = joinSignals(left, stop);
  const ended = joined.signal;
  const waiting: ExecutorHealthChange[] = [];
  let wake: (() => void) | undefined;
  ended.addEventListener('abort', () => wake?.(), { once: true });
  const leave = executors.onChange((change) => {
    waiting.push(change);
    if (waiting.length > maxWaiting) waiting.shift();
    wake?.();
  });
  try {
    while (!ended.aborted) {
      const change = waiting.shift();
      if (change) yield change;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    leave();
  }
}
