import type { Logger } from './infra/logger.ts';
import { startAlertWatch } from './modules/alerts/index.ts';
import { createHealthService, HealthFault, type CheckSource } from './modules/health/index.ts';
import { createMetricsRegistry, createMetricsService } from './modules/metrics/index.ts';
import { createAlertStore } from './record/alert-store.ts';
import { createMetricsStore } from './record/metrics-store.ts';
import { createQueueService } from './modules/queue/index.ts';
import { createQueueStore } from './record/queue-store.ts';
import type { Config } from './config.ts';
import type { Services } from './services.ts';

/** As `package.json` says. */
export const version = '0.1.0';

const roles = { all: 'ALL', api: 'API', worker: 'WORKER' } as const;

/** What watches the work without taking part in it: lanes, figures, metrics and health. */
export const createMonitoring = (
  config: Config,
  logger: Logger,
  {
    processName,
    database,
    stores,
    wakeUps,
    queue: laneQueue,
    lanes,
    waitBoundsMs,
    executors,
    journal,
    policy,
    sealing,
    clock,
  }: Services,
  countSubscribers: () => number,
  stack: AsyncDisposableStack,
) => {
  const shared = { clock, logger };
  const queueStore = createQueueStore(database);
  const lined = { ...shared, store: queueStore, queue: laneQueue, lanes, waitBoundsMs };
  const queue = stack.use(createQueueService(lined));
  const metrics = stack.use(createMetricsService({ ...shared, store: createMetricsStore(database), queue }));
  const health = stack.use(
    createHealthService({
      ...shared,
      ...{ name: processName, role: roles[config.role], version },
      database,
      wakeUps,
      laneQueue,
      queue,
      executors: executors.health,
      journal,
      home: config.home,
      isEncrypted: config.http.publicUrl?.startsWith('https:') ?? false,
      moreChecks: [policyCheck(policy), sealCheck(sealing)],
    }),
  );
  const alerts = createAlertStore(database);
  const { readExecutors } = health;
  const watched = { ...shared, ...config.alerts, store: alerts, readExecutors, queue, journal, wakeUps };
  stack.use(startAlertWatch({ ...watched, readLanes: queueStore.readLoads }));
  const registry = stack.use(
    createMetricsRegistry({
      logger,
      version,
      journal,
      queue,
      jobs: stores.jobs,
      alerts,
      executors: executors.health,
      sealLagMs: sealing.watch.lagMs,
      countSubscribers,
    }),
  );
  return { queue, metrics, health, alerts, registry };
};

/** Vital: without verdicts no submission is taken and no step begins. Reading and stopping go on meanwhile. */
const policyCheck = (policy: Services['policy']): CheckSource => ({
  name: 'policy',
  isVital: true,
  run: async () => {
    const trouble = await policy.trouble();
    if (trouble !== null) throw new HealthFault(trouble);
  },
});

/** Not vital: what happens is recorded all the same, and sealed later. */
const sealCheck = ({ watch }: Services['sealing']): CheckSource => ({
  name: 'audit_seal',
  isVital: false,
  run: async () => {
    const trouble = await watch.trouble();
    if (trouble !== null) throw new HealthFault(trouble);
  },
});

export type Monitoring = ReturnType<typeof createMonitoring>;
