import type { Config } from './config.ts';
import { newId } from './infra/ids.ts';
import type { Logger } from './infra/logger.ts';
import { runnable, type RunnableJob } from './infra/queue/job.ts';
import { startRecordStream, startSealer } from './modules/audit/index.ts';
import { startDueApprovals, turnJob } from './modules/approvals/index.ts';
import {
  startLostWorkers,
  startReconciler,
  startRelay,
  startWorker,
  type Worker,
} from './modules/execution/index.ts';
import { startForgettingPrompts } from './modules/agents/index.ts';
import { startCounting } from './modules/quality/index.ts';
import { startDecoys } from './modules/decoys/index.ts';
import {
  backUpJob,
  removeQuarantineJob,
  restoreJob,
  startBackups,
  startRemovingQuarantines,
} from './modules/backup/index.ts';
import { retainJob, startRetention } from './modules/retention/index.ts';
import { createQueueService } from './modules/queue/index.ts';
import { startNotifier } from './modules/notifications/index.ts';
import { startWebhooks } from './modules/webhooks/index.ts';
import { createMetricsStore } from './record/metrics-store.ts';
import { createQueueStore } from './record/queue-store.ts';
import { readPlatformJob, startReadingAgain } from './modules/inventory/index.ts';
import { createJobRunner, startJobRelay } from './modules/jobs/index.ts';
import { startSummingUp } from './modules/metrics/index.ts';
import { simulatePolicyJob } from './modules/policy/index.ts';
import { planJob, startTargetWatch } from './modules/tasks/index.ts';
import { assetTrustIn, describeError } from './platforms/index.ts';
import { isStepShownAsPlanned } from './record/shown-digest.ts';
import { planReader } from './record/plan-reader.ts';
import { backupsOf } from './backups.ts';
import { restoresOf } from './restores.ts';
import { retentionOf } from './retention.ts';
import type { Services } from './services.ts';

export interface Background extends AsyncDisposable {
  /** As it signs its claims; null on a node that runs no steps. */
  readonly worker: string | null;
}

/** What goes on by itself: relays and keepers on every node, the worker where the role says so. */
export const startBackground = (config: Config, logger: Logger, services: Services): Background => {
  const { processName, stores, queue, wakeUps, journal, release } = services;
  const { reconcileEveryMs } = config.execution;
  const stack = new AsyncDisposableStack();
  let worker: Worker | null = null;
  stack.use(startRelay({ ...stores, queue, wakeUps, logger, here: () => worker }));
  stack.use(startJobRelay({ ...stores, queue, wakeUps, logger, lostAfterMs: 2 * reconcileEveryMs }));
  stack.use(startDueApprovals({ ...stores, clock: services.clock, journal, release, wakeUps, logger }));
  stack.use(startReconciler({ ...stores, journal, queue, logger, periodMs: reconcileEveryMs }));
  stack.use(startLostWorkers({ ...stores, journal, queue, wakeUps, logger }));
  stack.use(startSealer({ ...services.sealing, ...services, readTo: services.reader.position, logger }));
  const { stream } = services.sealing;
  if (stream) stack.use(startRecordStream({ ...stream, readTo: services.reader.position, logger }));
  const days = () => services.live.now().agents.keepPromptsDays;
  stack.use(startForgettingPrompts({ ...services.agents, days, logger }));
  stack.use(startRetention({ ...services, logger }));
  stack.use(
    startBackups({
      ...services,
      findFirstTenant: services.access.findFirstTenant,
      everyMs: () => services.live.now().backup.everyMs,
      newId,
      logger,
    }),
  );
  stack.use(startCounting({ database: services.database, readTo: services.reader.position, logger }));
  stack.use(startSummingUp({ database: services.database, readTo: services.reader.position, logger }));
  const isWorker = config.role !== 'api';
  if (isWorker) {
    startOutgoing(logger, services, stack);
    const { imports } = stores;
    const readable = services.sandbox?.platforms ?? new Set();
    stack.use(startDecoys({ ...decoysOf(services), logger }));
    stack.use(startReadingAgain({ ...services, imports, readable, logger }));
    worker = startWork(config, logger, services, stack);
  }
  return {
    worker: isWorker ? processName : null,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

/** What decoys are made of, and by whom. */
export const decoysOf = ({ access, clock, policies, stores, tasks }: Services) => ({
  decoys: stores.decoys,
  findTenants: access.findTenants,
  ratesOf: (tenantId: string) => policies.settingsOf(tenantId).decoys ?? {},
  make: tasks.makeDecoy,
  clock,
  random: Math.random,
});

/** What tells others outside of what happens. */
const startOutgoing = (logger: Logger, services: Services, stack: AsyncDisposableStack): void => {
  const { database, queue: laneQueue, lanes, waitBoundsMs, clock } = services;
  const store = createQueueStore(database);
  const queue = stack.use(
    createQueueService({ store, queue: laneQueue, lanes, waitBoundsMs, clock, logger }),
  );
  const metrics = createMetricsStore(database);
  stack.use(
    startNotifier({
      ...services,
      ...services.sending,
      ...services.access,
      ...services.stores,
      newId,
      logger,
    }),
  );
  stack.use(
    startWebhooks({
      ...services,
      ...services.sending,
      readTo: services.reader.position,
      readQueue: queue.state,
      readRecent: (tenantId) => metrics.readRecent(tenantId, 60_000),
      newId,
      logger,
      random: Math.random,
    }),
  );
};

/** Every job of the catalogue but steps. */
const otherJobsOf = (services: Services, logger: Logger): readonly RunnableJob[] => [
  runnable(planJob, services.planning),
  runnable(turnJob, { ...services, ...services.stores }),
  runnable(simulatePolicyJob, services.policies.tools),
  runnable(retainJob, retentionOf(services.live.now, services, logger)),
  runnable(backUpJob, backupsOf(services, logger)),
  runnable(restoreJob, restoresOf(services, logger)),
  runnable(removeQuarantineJob, restoresOf(services, logger)),
  runnable(readPlatformJob, {
    ...services,
    newId,
    readPlatform: readPlatform(services),
    trustIn: assetTrustIn,
  }),
];

/** Steps, and every other job of the catalogue. */
const startWork = (
  config: Config,
  logger: Logger,
  services: Services,
  stack: AsyncDisposableStack,
): Worker => {
  const { processName, stores, executors, planRequests, planning } = services;
  const { leaseMs, drainMs, reconcileEveryMs } = config.execution;
  const jobs = otherJobsOf(services, logger);
  stack.use(startRemovingQuarantines(restoresOf(services, logger)));
  const watching = {
    planning,
    planReader,
    logger,
    random: Math.random,
    everyMs: () => services.live.now().approvals.watchEveryMs,
  };
  stack.use(
    startTargetWatch({ ...watching, watches: stores.watches, prepare: executors.prepare, describeError }),
  );
  return stack.use(
    startWorker({
      ...services,
      ...stores,
      name: processName,
      session: services.database.session,
      home: config.home,
      planReader,
      findPrincipal: services.access.findPrincipal,
      newId,
      logger,
      prepare: executors.prepare,
      describeError,
      isShownAsPlanned: isStepShownAsPlanned,
      keepFooting: stores.runs.keepFooting,
      keepCalled: stores.runs.keepCalled,
      readControls: services.controls.read,
      enterPlatform: executors.guards.enter,
      random: Math.random,
      askForPlan: planRequests.askForPlan,
      otherJobs(present) {
        const keeper = { jobs: stores.jobs, worker: processName, leaseMs, present, logger };
        const runner = stack.use(createJobRunner({ ...keeper, random: Math.random }));
        return jobs.map(runner.accept);
      },
      leaseMs,
      drainMs,
      reconcileEveryMs,
    }),
  );
};

/** What a platform of the sandbox holds; of a real one nothing is read yet. */
const readPlatform =
  ({ sandbox }: Services) =>
  async (platform: string) =>
    (await sandbox?.readObjects())?.[platform] ?? [];
