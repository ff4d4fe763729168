import { z } from 'zod';
import { installedSpecialists } from './agents/installed.ts';
import type { Logger } from './infra/logger.ts';
import { startAlertWatch } from './modules/alerts/index.ts';
import { createHealthService, HealthFault, type CheckSource } from './modules/health/index.ts';
import { createMetricsRegistry, createMetricsService } from './modules/metrics/index.ts';
import { createAlertStore } from './record/alert-store.ts';
import { lastGoodBackupAt } from './record/backup-run-store.ts';
import { createMetricsStore } from './record/metrics-store.ts';
import { createQueueService } from './modules/queue/index.ts';
import { createQueueStore } from './record/queue-store.ts';
import { readRuns } from './record/retention-run-store.ts';
import { namesIn, type IntentFolders } from './doors/intents/intent-folders.ts';
import { isEncrypted, type Config } from './config.ts';
import type { Services } from './services.ts';
import { installedTools } from './tools/installed.ts';
import { version } from './version.ts';

const roles = { all: 'ALL', api: 'API', worker: 'WORKER' } as const;

/** What watches the work without taking part in it: lanes, figures, metrics and health. */
export const createMonitoring = (
  config: Config,
  logger: Logger,
  {
    processName,
    database,
    cells,
    stores,
    wakeUps,
    queue: laneQueue,
    lanes,
    waitBoundsMs,
    executors,
    journal,
    policy,
    sealing,
    measures,
    logOutput,
    clock,
    live,
  }: Services,
  countSubscribers: () => number,
  stack: AsyncDisposableStack,
) => {
  const shared = { clock, logger, readRetention: () => readRuns(database) };
  const queueStore = createQueueStore(database);
  const lined = { ...shared, store: queueStore, queue: laneQueue, lanes, waitBoundsMs };
  const queue = stack.use(createQueueService(lined));
  const metricsStore = createMetricsStore(database);
  const metrics = stack.use(createMetricsService({ ...shared, store: metricsStore, queue }));
  const health = stack.use(
    createHealthService({
      ...shared,
      ...{ name: processName, role: roles[config.role], version },
      ...{ database, wakeUps, laneQueue, queue },
      executors: executors.health,
      journal,
      ...{ home: config.home, isEncrypted: isEncrypted(config), encryptsWith: cells.encryptsWith },
      moreChecks: [policyCheck(policy), ...recordChecks(sealing), ...replicaChecks(database.replica)],
      availability: () => ({ porch_available: isPlatformUp(executors.health.report(), 'porch') }),
    }),
  );
  const alerts = createAlertStore(database);
  const watched = { ...shared, ...health, ...watchedIn(live, database), store: alerts, queue };
  stack.use(startAlertWatch({ ...watched, journal, wakeUps, readLanes: queueStore.readLoads }));
  const registry = stack.use(
    createMetricsRegistry({
      ...shared,
      ...{ version, journal, queue, alerts, countSubscribers },
      jobs: stores.jobs,
      executors: executors.health,
      ...lagsOf(sealing),
      droppedLogLines: () => logOutput?.dropped() ?? new Map(),
      ...{ databaseBytes: () => metricsStore.readSize(), replica: database.replica },
      ...registrySettings(config),
    }),
  );
  measures.on('planned', registry.observePlan).on('toolCalled', registry.countTool);
  return { queue, metrics, health, alerts, registry };
};

/** What is trouble, as the configuration says now. */
const watchedIn = ({ now }: Services['live'], database: Services['database']) => ({
  /** Steps that may wait. */
  queueDepth: (): number => now().alerts.queueDepth,
  readLastBackup: () => lastGoodBackupAt(database),
  backupOldAfterMs: (): number | null => now().backup.oldAfterMs,
});

/** One that nobody called is. */
const isPlatformUp = (
  platforms: readonly { readonly platform: string; readonly status: string }[],
  name: string,
): boolean => platforms.find(({ platform }) => platform === name)?.status !== 'DOWN';

const porchSettings = z.object({ porch: z.object({ mode: z.string() }) });

const registrySettings = ({ monitoring: { metrics }, intents, executors }: Config) => {
  const porch = porchSettings.safeParse(executors);
  return {
    labels: metrics.labels,
    groups: metrics.groups,
    agents: installedSpecialists.map(({ name }) => name),
    tools: installedTools.map(({ name }) => name),
    ...(porch.success && { porchMode: porch.data.porch.mode }),
    ...(intents && { countFiles: countFilesOf(intents.folders) }),
  };
};

/** As many as are worth counting. */
const mostFiles = 10_000;

const countFilesOf =
  ({ handoff, processed, failed }: IntentFolders) =>
  async () => {
    const count = async (folder: string): Promise<number> => (await namesIn(folder, mostFiles)).length;
    return { handoff: await count(handoff), processed: await count(processed), failed: await count(failed) };
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

const recordChecks = (sealing: Services['sealing']): CheckSource[] => [
  sealCheck(sealing),
  ...streamChecks(sealing),
];

const lagsOf = ({ watch, stream }: Services['sealing']) => ({
  sealLagMs: watch.lagMs,
  ...(stream && { streamLagMs: stream.watch.lagMs }),
});

/** Not vital: what is not sent stays in the record, and is sent later. */
const streamChecks = ({ stream }: Services['sealing']): CheckSource[] =>
  stream
    ? [
        {
          name: 'audit_syslog',
          isVital: false,
          run: async () => {
            const trouble = await stream.watch.trouble();
            if (trouble !== null) throw new HealthFault(trouble);
          },
        },
      ]
    : [];

/** Not vital: the primary answers instead. */
const replicaChecks = (replica: Services['database']['replica']): CheckSource[] =>
  replica
    ? [
        {
          name: 'replica',
          isVital: false,
          run: async () => {
            const trouble = replica.trouble();
            if (trouble !== null) throw new HealthFault(trouble);
          },
        },
      ]
    : [];

export type Monitoring = ReturnType<typeof createMonitoring>;
