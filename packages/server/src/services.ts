import type { Config } from './config.ts';
import { newId } from './infra/ids.ts';
import { liveView } from './infra/live-view.ts';
import type { LogOutput } from './infra/log/log-output.ts';
import type { Logger } from './infra/logger.ts';
import { createMeasures } from './infra/measured.ts';
import { createPresence } from './infra/presence.ts';
import { createSignedLinks } from './infra/signed-links.ts';
import type { SecretRedactor } from './infra/secret-redactor.ts';
import { openSecretKey } from './infra/signing-key.ts';
import type { GoalTools, Planner } from './modules/agents/index.ts';
import {
  createApprovalLinks,
  createApprovalService,
  createAsVoter,
  createReleaseTasks,
} from './modules/approvals/index.ts';
import { createEventService } from './modules/events/index.ts';
import {
  createCancelRun,
  createOutcomeFolder,
  createRunControl,
  saveWrittenOutcomes,
} from './modules/execution/index.ts';
import { createReadForTools } from './modules/inventory/index.ts';
import { createKnownRecords } from './modules/quality/index.ts';
import { createPlanner, createTaskService, planRequests } from './modules/tasks/index.ts';
import { createToolbox } from './modules/tools/index.ts';
import { createParamsOf, createPrepareActions, type AnyExecutor } from './platforms/index.ts';
import { planReader } from './record/plan-reader.ts';
import { keptMsOf } from './retention.ts';
import type { Sandbox } from './sandbox.ts';
import { openAccess } from './services/access.ts';
import { configurationSource, type Configured } from './services/configuration.ts';
import { openAgents } from './services/agents.ts';
import { openDeciding } from './services/deciding.ts';
import { openExecutors } from './services/executors.ts';
import { openFoundation } from './services/foundation.ts';
import { openLanes } from './services/lanes.ts';
import { placedTargets } from './services/placed-targets.ts';
import { startReloading } from './services/reloading.ts';
import { openSealing } from './services/sealing.ts';
import { openSending } from './services/sending.ts';
import { openStops } from './services/stopping.ts';
import { createStores } from './services/stores.ts';
import { installedTools } from './tools/installed.ts';

/** What tests and the bench put in besides the product's own parts. */
export interface Overrides {
  readonly moreExecutors?: readonly AnyExecutor[];
  readonly sandbox?: Pick<Sandbox, 'platforms' | 'readObjects'>;
  /** Who plans goals, instead of those of the configuration. */
  readonly planners?: readonly Planner[] | undefined;
  readonly goalTools?: GoalTools | undefined;
  /** How long a submission waits for its plan; by default five seconds. */
  readonly planningPatienceMs?: number;
  /** The log's, so that it knows of each secret when it begins to be one. */
  readonly redactor?: SecretRedactor | undefined;
  /** Where the log goes, which a reload may change. */
  readonly logOutput?: LogOutput;
  /** Where a reload reads from; without it there is none. */
  readonly configured?: Configured;
}

/** Everything between the database and the doors: stores and services, wired from top to bottom. */
export const createServices = async (
  config: Config,
  logger: Logger,
  {
    moreExecutors = [],
    sandbox,
    planners,
    goalTools,
    planningPatienceMs = 5_000,
    redactor,
    logOutput,
    configured,
  }: Overrides,
  stack: AsyncDisposableStack,
) => {
  const foundation = await openFoundation(config, logger, stack, redactor);
  const { processName, live, database, clock, wakeUps, journal, reader, restoredAt } = foundation;
  const dispatching = await openLanes(foundation);
  const presence = stack.use(await createPresence(database, logger));
  const events = createEventService(database, reader);
  const { access, attempts, issuerSignIn } = await openAccess(foundation, (id) =>
    deciding.policies.settingsOf(id),
  );
  const stopping = openStops(foundation);
  const { executors, ...control } = await openExecutors(foundation, stopping.stops.of, moreExecutors);
  const deciding = await openDeciding(foundation, executors, stopping);

  const stores = createStores(database);
  const outcomes = createOutcomeFolder(config.home);
  await saveWrittenOutcomes({ ...stores, ...planRequests, journal, outcomes, newId, restoredAt, logger });
  const measures = createMeasures();
  const targets = placedTargets(live.now, (tenantId) => deciding.policies.of(tenantId).settings());
  const planner = createPlanner(clock, newId, logger, targets, measures);
  const toolbox = createToolbox({
    tools: installedTools,
    portsOf: createReadForTools(stores),
    uses: stores.toolUses,
    clock,
    logger,
    measures,
  });
  const { registry } = executors;
  const agents = await openAgents(foundation, { planners, goalTools, toolbox, registry });
  const release = createReleaseTasks(stores.plans, planReader, stores.runs, newId);
  const planning = {
    prepareActions: createPrepareActions(executors.prepare, createParamsOf(registry)),
    openApprovalsEach: () => live.now().approvals.openEach,
    planner,
    policy: deciding.policy,
    sourceStop: stopping.knownQuarantines.of,
    recordOf: createKnownRecords(stores.track, logger).of,
    planGoal: agents.planGoal,
    specialists: agents.specialists,
    clock,
    newId,
    journal,
    stores,
    findPrincipal: access.findPrincipal,
    asVoter: createAsVoter(stores.delegations),
  };
  const tasks = stack.use(
    createTaskService({
      ...planning,
      ...planRequests,
      admission: () => live.now().admission,
      planningPatienceMs,
      planReader,
      cancelRun: createCancelRun({ ...stores, newId, restoredAt }),
    }),
  );
  const approvals = stack.use(
    createApprovalService(database, {
      ...stores,
      journal,
      planReader,
      release,
      newId,
      findPrincipal: access.findPrincipal,
      findStop: stopping.findStop,
    }),
  );
  const approvalLinks = createApprovalLinks({
    ...stores,
    journal,
    approvals,
    clock,
    signedLinks: createSignedLinks(openSecretKey(config.home, 'links')),
    findTask: async (viewer, taskId) => (await tasks.findMany(viewer, [taskId]))[0] ?? null,
    findPrincipal: access.findPrincipal,
    newId,
  });
  const runControl = createRunControl({
    ...stores,
    ...planRequests,
    journal,
    newId,
    restoredAt,
    findStop: stopping.findStop,
  });
  const services = {
    live,
    processName,
    ...dispatching,
    database,
    cells: foundation.cells,
    clock,
    wakeUps,
    presence,
    journal,
    reader,
    restoredAt,
    events,
    access,
    issuerSignIn,
    executors,
    ...control,
    ...stopping,
    sandbox: sandbox ?? null,
    logOutput: logOutput ?? null,
    ...deciding,
    stores,
    outcomes,
    release,
    tasks,
    approvals,
    approvalLinks,
    attempts,
    sealing: await openSealing(foundation),
    keepMs: liveView(() => keptMsOf(live.now())),
    sending: await openSending(foundation),
    runControl,
    planRequests,
    planning,
    toolbox,
    measures,
    agents,
  };
  const source = configured ? configurationSource(configured, { ...foundation, start: config }) : null;
  return { ...services, configuration: stack.use(await startReloading(services, source, logger)) };
};

export type Services = Awaited<ReturnType<typeof createServices>>;
