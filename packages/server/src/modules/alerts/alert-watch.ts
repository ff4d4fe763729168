import type { CircuitBreakerState } from '../../domain/circuit-breaker.ts';
import type { HealthStatus } from '@countersign/shared';
import {
  alertChanges,
  backupSights,
  executorSights,
  laneSights,
  retentionSights,
  type Alert,
} from '../../domain/alert.ts';
import type { NewEvent } from '../../domain/events.ts';
import type { QueueState } from '../../domain/queue.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { AlertStore, ReportedHealth } from '../../record/alert-store.ts';
import type { Journal } from '../../record/journal.ts';

export interface AlertWatchDeps {
  readonly store: AlertStore;
  /** Of the installation as every process last wrote it: all processes see the same. */
  readonly readExecutors: () => Promise<readonly SeenExecutor[]>;
  readonly queue: { state(): Promise<Pick<QueueState, 'lanes'>> };
  /** As they are at this moment. */
  readonly readLanes: () => Promise<SeenLanes>;
  /** What came of the last runs of retention. */
  readonly readRetention: () => Promise<Parameters<typeof retentionSights>[0]>;
  /** Of the newest good backup; and how old it may be, null for ever. */
  readonly readLastBackup: () => Promise<Date | null>;
  readonly backupOldAfterMs: () => number | null;
  /** Steps that may wait in a lane before somebody is told. */
  readonly queueDepth: () => number;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly wakeUps: Pick<WakeUps, 'on'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

type SeenLanes = Parameters<typeof laneSights>[0];

export interface SeenExecutor {
  readonly platform: string;
  readonly status: HealthStatus;
  readonly recentCalls: number;
  readonly circuitBreaker: CircuitBreakerState;
}

/** What is new, compared with what was told. */
interface News {
  readonly executors: readonly { readonly before: HealthStatus; readonly now: SeenExecutor }[];
  readonly raised: readonly Alert[];
  readonly cleared: readonly Alert[];
}

const everyMs = 2_000;

/**
 * Records each change of a platform and each alert once for the installation, whichever process comes first: every
 * few seconds, and when a process has written that a platform changed.
 */
export const startAlertWatch = (deps: AlertWatchDeps): AsyncDisposable => {
  const { store, journal, wakeUps, logger } = deps;
  const loop = startLoop({
    name: 'alert watch',
    idleMs: everyMs,
    logger,
    round: async () => {
      const { queue, readLanes } = deps;
      if (isNews(await look(deps, await store.readReported(), (await queue.state()).lanes)))
        await journal.transaction(async (tx) => {
          // Seen again under the lock, with nothing remembered: another process may have told it, or something newer.
          const told = await store.lockReported(tx);
          const news = await look(deps, told, await readLanes());
          if (!isNews(news)) return;
          for (const { now } of news.executors)
            store.saveExecutor(tx, { ...now, breakerState: now.circuitBreaker.state });
          for (const alert of news.raised) store.raise(tx, alert);
          for (const alert of news.cleared) store.clear(tx, alert);
          for (const tenantId of await store.findTenantIds(tx))
            eventsOf(news, tenantId, deps.clock.now()).forEach(tx.record);
        });
      return everyMs;
    },
  });
  const hints = wakeUps.on('health', () => {
    loop.wake();
  });
  return {
    async [Symbol.asyncDispose]() {
      hints[Symbol.dispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};

const isNews = ({ executors, raised, cleared }: News): boolean =>
  executors.length + raised.length + cleared.length > 0;

const look = async (
  { readExecutors, readRetention, readLastBackup, backupOldAfterMs, queueDepth, clock }: AlertWatchDeps,
  told: ReportedHealth,
  lanes: SeenLanes,
): Promise<News> => {
  const oldAfterMs = backupOldAfterMs();
  const [executors, runs, lastBackupAt] = await Promise.all([
    readExecutors(),
    readRetention(),
    oldAfterMs === null ? null : readLastBackup(),
  ]);
  const now = clock.now();
  const sights = [
    ...laneSights(lanes, queueDepth()),
    ...executorSights(executors),
    ...retentionSights(runs, now),
    ...backupSights(lastBackupAt, oldAfterMs, now),
  ];
  return { executors: changedSince(told, executors), ...alertChanges(told.alerts, sights, now) };
};

/** Of what was never told, it is told that it is not as it should be. */
const changedSince = (told: ReportedHealth, executors: readonly SeenExecutor[]): News['executors'] =>
  executors.flatMap((now) => {
    const before = told.executors.find(({ platform }) => platform === now.platform);
    const { status = 'HEALTHY', breakerState = 'CLOSED' } = before ?? {};
    const isSame = status === now.status && breakerState === now.circuitBreaker.state;
    return isSame ? [] : [{ before: status, now }];
  });

const eventsOf = ({ executors, raised, cleared }: News, tenantId: string, at: Date): NewEvent[] => {
  const told = { tenantId, at, taskId: null, actorId: null };
  const alert = (type: 'alert.raised' | 'alert.cleared', summary: string, { since, ...data }: Alert) => ({
    ...told,
    type,
    summary,
    data: { ...data, since: since.toISOString() },
  });
  return [
    ...executors.map(({ before, now: { platform, status, circuitBreaker } }) => ({
      ...told,
      type: 'executor.health_changed' as const,
      summary: `${platform} is ${status}, its circuit breaker ${circuitBreaker.state}`,
      data: {
        platform,
        previousStatus: before,
        currentStatus: status,
        circuitBreaker: { state: circuitBreaker.state, failureCount: circuitBreaker.failureCount },
      },
    })),
    ...raised.map((each) => alert('alert.raised', each.message, each)),
    ...cleared.map((each) => alert('alert.cleared', `Well again: ${each.message}`, each)),
  ];
};
