import { alertKinds, breakerStates, type HealthStatus } from '@countersign/shared';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { LaneState, QueueState } from '../../domain/queue.ts';
import type { Logger } from '../../infra/logger.ts';
import type { ReplicaState } from '../../infra/replica.ts';
import type { AlertStore } from '../../record/alert-store.ts';
import type { JobBacklog, JobStore } from '../../record/job-store.ts';
import type { RetentionRun } from '../../record/retention-run-store.ts';
import type { ExecutorHealth } from '../../platforms/index.ts';
import type { MetricGroup } from './metric-groups.ts';

export interface StateSources {
  readonly queue: { state(): Promise<QueueState> };
  readonly jobs: Pick<JobStore, 'backlog'>;
  readonly alerts: Pick<AlertStore, 'findAlerts'>;
  readonly executors: { report(): readonly ExecutorHealth[] };
  readonly sealLagMs: () => Promise<number>;
  /** Left out where nobody outside gets the record's entries. */
  readonly streamLagMs?: () => Promise<number>;
  readonly readRetention: () => Promise<readonly RetentionRun[]>;
  readonly databaseBytes: () => Promise<number>;
  /** Null where the database is read alone. */
  readonly replica: ReplicaState | null;
  /** By destination, since the start of this process. */
  readonly droppedLogLines: () => ReadonlyMap<string, number>;
  /** Live subscriptions of this node. */
  readonly countSubscribers: () => number;
  readonly logger: Logger;
}

/** Gauges are read when they are asked for. A part that does not answer is left out, and the rest is told. */
export const createStateMetrics = (
  registryOf: (group: MetricGroup) => Registry,
  sources: StateSources,
): void => {
  const registry = registryOf('queue');
  addQueueGauges(registry, sources);
  addJobGauges(registry, sources);
  addExecutorGauges(registryOf('platforms'), sources);
  addAlertGauge(registry, sources);
  addDatabaseGauge(registry, sources);
  if (sources.replica) addReplicaMetrics(registry, sources.replica);
  addAuditGauges(registry, sources);
  addRetentionGauges(registry, sources);
  addLogCounter(registryOf('process'), sources);
  const subscribers = new Gauge({
    registers: [registry],
    name: 'countersign_subscribers',
    help: 'Live subscriptions on this node.',
    collect: () => {
      subscribers.set(sources.countSubscribers());
    },
  });
};

const addLogCounter = (registry: Registry, { droppedLogLines }: StateSources): void => {
  const counter = new Counter({
    registers: [registry],
    name: 'countersign_log_lines_dropped_total',
    help: 'Lines of the log that a destination never got.',
    labelNames: ['destination'],
    collect() {
      counter.reset();
      for (const [destination, count] of droppedLogLines()) counter.inc({ destination }, count);
    },
  });
};

const addRetentionGauges = (registry: Registry, { readRetention, logger }: StateSources): void => {
  const addGauge = (name: string, help: string, pick: (run: RetentionRun) => number): void => {
    const gauge = new Gauge({
      registers: [registry],
      name,
      help,
      labelNames: ['kind'],
      async collect() {
        gauge.reset();
        try {
          for (const run of await readRetention()) gauge.set({ kind: run.kind }, pick(run));
        } catch (error) {
          logger.warn({ err: error, metric: name }, 'a metric could not be read');
        }
      },
    });
  };
  addGauge(
    'countersign_retention_overdue_seconds',
    'For how long the oldest thing of a kind had been past its time at the last run.',
    ({ at, dueSince }) => (dueSince === null ? 0 : (at.getTime() - dueSince.getTime()) / 1_000),
  );
  addGauge('countersign_retention_removed', 'Things that went, by kind, so far.', ({ removed }) =>
    Number(removed),
  );
};

const addQueueGauges = (registry: Registry, { queue, logger }: StateSources): void => {
  const addGauge = (name: string, help: string, pick: (lane: LaneState) => number): void => {
    const gauge = new Gauge({
      registers: [registry],
      name,
      help,
      labelNames: ['lane'],
      async collect() {
        gauge.reset();
        try {
          const { lanes } = await queue.state();
          lanes.forEach((lane) => {
            gauge.set({ lane: lane.priority }, pick(lane));
          });
        } catch (error) {
          logger.warn({ err: error, metric: name }, 'a metric could not be read');
        }
      },
    });
  };
  addGauge('countersign_queue_depth', 'Steps that could run and wait for a slot.', ({ depth }) => depth);
  addGauge('countersign_queue_active', 'Steps that run, on all workers.', ({ active }) => active);
  addGauge(
    'countersign_queue_slots',
    'Steps that can run at the same time, on all workers.',
    ({ slots }) => slots,
  );
  addGauge(
    'countersign_queue_oldest_seconds',
    'How long the step at the head of the lane has waited; 0 for an empty lane.',
    ({ oldestAgeMs }) => (oldestAgeMs ?? 0) / 1_000,
  );
};

const addJobGauges = (registry: Registry, { jobs, logger }: StateSources): void => {
  const addGauge = (name: string, help: string, pick: (backlog: JobBacklog) => number): void => {
    const gauge = new Gauge({
      registers: [registry],
      name,
      help,
      labelNames: ['name'],
      async collect() {
        gauge.reset();
        try {
          for (const backlog of await jobs.backlog()) gauge.set({ name: backlog.name }, pick(backlog));
        } catch (error) {
          logger.warn({ err: error, metric: name }, 'a metric could not be read');
        }
      },
    });
  };
  addGauge(
    'countersign_jobs',
    'Jobs in the background, steps apart, that are not done.',
    ({ count }) => count,
  );
  addGauge(
    'countersign_jobs_failing',
    'Those among them whose last try failed; they are tried again.',
    ({ failing }) => failing,
  );
  addGauge(
    'countersign_jobs_oldest_seconds',
    'How long the oldest of them has been there.',
    ({ oldestAgeMs }) => oldestAgeMs / 1_000,
  );
};

const addAlertGauge = (registry: Registry, { alerts, logger }: StateSources): void => {
  const name = 'countersign_alerts';
  const gauge = new Gauge({
    registers: [registry],
    name,
    help: 'Open alerts of the installation.',
    labelNames: ['kind'],
    async collect() {
      gauge.reset();
      try {
        const open = await alerts.findAlerts();
        alertKinds.forEach((kind) => {
          gauge.set({ kind }, open.filter((alert) => alert.kind === kind).length);
        });
      } catch (error) {
        logger.warn({ err: error, metric: name }, 'a metric could not be read');
      }
    },
  });
};

const addDatabaseGauge = (registry: Registry, { databaseBytes, logger }: StateSources): void => {
  const name = 'countersign_database_size_bytes';
  const gauge = new Gauge({
    registers: [registry],
    name,
    help: 'Size of the database, of all processes together.',
    async collect() {
      gauge.reset();
      try {
        gauge.set(await databaseBytes());
      } catch (error) {
        logger.warn({ err: error, metric: name }, 'a metric could not be read');
      }
    },
  });
};

const addReplicaMetrics = (registry: Registry, replica: ReplicaState): void => {
  const lag = new Gauge({
    registers: [registry],
    name: 'countersign_replica_lag_seconds',
    help: 'How far the replica is behind, as this node sees it; absent where it does not answer, and where there is none.',
    collect() {
      lag.reset();
      const ms = replica.lagMs();
      if (ms === null) lag.remove();
      else lag.set(ms / 1_000);
    },
  });
  const reads = new Counter({
    registers: [registry],
    name: 'countersign_history_reads_total',
    help: 'Reads of the past by this node, by what answered: `replica` or `primary`; absent where there is no replica.',
    labelNames: ['from'],
    collect() {
      reads.reset();
      for (const [from, count] of Object.entries(replica.reads())) reads.inc({ from }, count);
    },
  });
};

const addAuditGauges = (registry: Registry, sources: StateSources): void => {
  addLagGauge(
    registry,
    sources,
    'countersign_audit_seal_lag_seconds',
    'How long the oldest event that no seal holds has waited for one; 0 where all are sealed.',
    sources.sealLagMs,
  );
  if (sources.streamLagMs)
    addLagGauge(
      registry,
      sources,
      'countersign_audit_syslog_lag_seconds',
      'How long the oldest entry of the record has waited that the receiver of syslog lacks; 0 where it has all, absent where there is none.',
      sources.streamLagMs,
    );
};

const addLagGauge = (
  registry: Registry,
  { logger }: StateSources,
  name: string,
  help: string,
  lagMs: () => Promise<number>,
): void => {
  const gauge = new Gauge({
    registers: [registry],
    name,
    help,
    async collect() {
      gauge.reset();
      try {
        gauge.set((await lagMs()) / 1_000);
      } catch (error) {
        logger.warn({ err: error, metric: name }, 'a metric could not be read');
      }
    },
  });
};

const healthValues: Record<HealthStatus, number> = { HEALTHY: 1, DEGRADED: 0.5, DOWN: 0 };

const addExecutorGauges = (registry: Registry, { executors }: StateSources): void => {
  const breakers = new Gauge({
    registers: [registry],
    name: 'countersign_executor_breaker_state',
    help: 'Whether the circuit breaker in most trouble is in this state, as this node sees it: 1 or 0.',
    labelNames: ['platform', 'state'],
    collect() {
      for (const { platform, circuitBreaker } of executors.report()) {
        breakerStates.forEach((state) => {
          breakers.set({ platform, state }, state === circuitBreaker.state ? 1 : 0);
        });
      }
    },
  });
  const health = new Gauge({
    registers: [registry],
    name: 'countersign_executor_health',
    help: 'How a platform is doing, as this node sees it: 1 healthy, 0.5 degraded, 0 down.',
    labelNames: ['platform'],
    collect() {
      executors.report().forEach(({ platform, status }) => {
        health.set({ platform }, healthValues[status]);
      });
    },
  });
};
