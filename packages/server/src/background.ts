import type { Config } from './config.ts';
import { newId } from './infra/ids.ts';
import type { Logger } from './infra/logger.ts';
import { runnable, type RunnableJob } from './infra/queue/job.ts';
import { startSealer } from './modules/audit/index.ts';
import { startDueApprovals } from './modules/approvals/index.ts';
import { startLostWorkers, startReconciler, startRelay, startWorker } from './modules/execution/index.ts';
import { createJobRunner, startJobRelay } from './modules/jobs/index.ts';
import { planJob } from './modules/tasks/index.ts';
import { describeError } from './platforms/index.ts';
import { isStepShownAsPlanned } from './record/shown-digest.ts';
import { planReader } from './record/plan-reader.ts';
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
  stack.use(startRelay(stores.runs, queue, wakeUps, logger));
  stack.use(startJobRelay({ ...stores, queue, wakeUps, logger, lostAfterMs: 2 * reconcileEveryMs }));
  stack.use(startDueApprovals({ ...stores, journal, release, wakeUps, logger }));
  stack.use(startReconciler({ ...stores, journal, queue, logger, periodMs: reconcileEveryMs }));
  stack.use(startLostWorkers({ ...stores, journal, queue, wakeUps, logger }));
  stack.use(startSealer({ ...services.sealing, ...services, readTo: services.reader.position, logger }));
  const isWorker = config.role !== 'api';
  if (isWorker) startWork(config, logger, services, stack);
  return {
    worker: isWorker ? processName : null,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

/** Steps, and every other job of the catalogue. */
const startWork = (config: Config, logger: Logger, services: Services, stack: AsyncDisposableStack): void => {
  const { processName, stores, executors, planRequests, planning } = services;
  const { leaseMs, drainMs, reconcileEveryMs } = config.execution;
  const jobs: readonly RunnableJob[] = [runnable(planJob, planning)];
  stack.use(
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
