import type { Config } from './config.ts';
import { newId } from './infra/ids.ts';
import type { Logger } from './infra/logger.ts';
import { startDueApprovals } from './modules/approvals/index.ts';
import { startLostWorkers, startReconciler, startRelay, startWorker } from './modules/execution/index.ts';
import { describeError } from './platforms/index.ts';
import { isStepShownAsPlanned } from './record/shown-digest.ts';
import { planReader } from './record/plan-reader.ts';
import { startStuckPlanning } from './modules/tasks/index.ts';
import type { Services } from './services.ts';

export interface Background extends AsyncDisposable {
  /** As it signs its claims; null on a node that runs no steps. */
  readonly worker: string | null;
}

/** What goes on by itself: the relay and the keepers on every node, the worker where the role says so. */
export const startBackground = (config: Config, logger: Logger, services: Services): Background => {
  const {
    processName,
    database,
    outcomes,
    stores,
    queue,
    wakeUps,
    journal,
    release,
    tasks,
    policy,
    executors,
    access,
    lanes,
  } = services;
  const stack = new AsyncDisposableStack();
  stack.use(startRelay(stores.runs, queue, wakeUps, logger));
  stack.use(startDueApprovals({ ...stores, journal, release, wakeUps, logger }));
  stack.use(startStuckPlanning(stores.tasks, tasks, logger));
  stack.use(
    startReconciler({ ...stores, journal, queue, logger, periodMs: config.execution.reconcileEveryMs }),
  );
  stack.use(startLostWorkers({ ...stores, journal, queue, logger }));
  if (config.role === 'api') return { worker: null, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  stack.use(
    startWorker({
      ...stores,
      name: processName,
      journal,
      queue,
      session: database.session,
      outcomes,
      planReader,
      policy,
      findPrincipal: access.findPrincipal,
      newId,
      logger,
      prepare: executors.prepare,
      describeError,
      isShownAsPlanned: isStepShownAsPlanned,
      lanes,
      wakeUps,
      enterPlatform: executors.guards.enter,
      reconcileEveryMs: config.execution.reconcileEveryMs,
      random: Math.random,
      replan: tasks.replan,
      otherJobs: () => [],
      leaseMs: config.execution.leaseMs,
      drainMs: config.execution.drainMs,
    }),
  );
  return { worker: processName, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};
