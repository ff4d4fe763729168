import { join } from 'node:path';
import type { Config } from './config.ts';
import { defaultWaitBoundsMs, type WaitBounds } from './domain/queue.ts';
import { createDatabaseClock } from './infra/database-clock.ts';
import { keyIdOf } from '@countersign/audit/verify-audit';
import { openDatabase } from './database-access.ts';
import type { Clock } from './infra/clock.ts';
import { openSigningKey } from './infra/signing-key.ts';
import {
  createAttempts,
  createSealWatch,
  fileAnchor,
  lastHeadsOf,
  logAnchor,
  webhookAnchor,
} from './modules/audit/index.ts';
import type { Database } from './infra/database.ts';
import { defaultPorts, type EgressConfig } from './infra/egress.ts';
import { placeOfEmbeddedData } from './infra/embedded-database.ts';
import { newId } from './infra/ids.ts';
import type { Logger } from './infra/logger.ts';
import { placedTargets } from './placed-targets.ts';
import { nameProcess } from './infra/process-name.ts';
import type { Sandbox } from './sandbox.ts';
import { createSeenLog } from './seen-log.ts';
import { createLaneQueue, defaultLanes, type Lanes } from './infra/queue/lane-queue.ts';
import { createWakeUps } from './infra/wakeups.ts';
import { createAccessService, type Reach } from './modules/access/index.ts';
import { createAccessStore } from './record/access-store.ts';
import { createCredentialStore } from './record/credential-store.ts';
import { createGroupStore } from './record/group-store.ts';
import { createApprovalService, createReleaseTasks } from './modules/approvals/index.ts';
import { createApprovalStore } from './record/approval-store.ts';
import { createEventReader, type EventReader } from './record/event-reader.ts';
import { createKnownControls } from './modules/platforms/index.ts';
import { createKnownAutonomy } from './modules/autonomy/index.ts';
import { createAutonomyStore } from './record/autonomy-store.ts';
import { createExecutorStore } from './record/executor-store.ts';
import { createKillSwitchStore } from './record/kill-switch-store.ts';
import { createStopFile } from './record/stop-file.ts';
import { createFindStop, createKnownStops } from './modules/stops/index.ts';
import type { StopSubject } from './domain/kill-switch.ts';
import { createEventService } from './modules/events/index.ts';
import { createJournal, type Journal } from './record/journal.ts';
import { takeUpLog } from './record/event-store.ts';
import {
  createCancelRun,
  createRunControl,
  createOutcomeFolder,
  saveWrittenOutcomes,
} from './modules/execution/index.ts';
import { createJobStore } from './record/job-store.ts';
import { createDeadLetterStore } from './record/dead-letter-store.ts';
import { createLockStore } from './record/lock-store.ts';
import { createRunStore } from './record/run-store.ts';
import {
  createExecutors,
  createParamsOf,
  createPrepareActions,
  loadPlatforms,
  reachOfPlatforms,
  readKillSwitch,
  type AnyExecutor,
  type Executors,
  type ExecutorsConfig,
  type KillSwitchCheck,
  type LoadedPlatform,
} from './platforms/index.ts';
import { createPlanStore } from './record/plan-store.ts';
import { planReader } from './record/plan-reader.ts';
import { createDecisionStore } from './record/decision-store.ts';
import {
  createPolicyEngine,
  createPolicyService,
  readPolicyData,
  releaseQuorumOf,
} from './modules/policy/index.ts';
import { createPlanner, createTaskService, planRequests } from './modules/tasks/index.ts';
import { createTaskStore } from './record/task-store.ts';

/** What tests and the bench put in besides the product's own parts. */
export interface Overrides {
  readonly moreExecutors?: readonly AnyExecutor[];
  readonly sandbox?: Pick<Sandbox, 'platforms' | 'readObjects'>;
}

const policiesDir = join(import.meta.dirname, '../../../policies');
const policyTimeoutMs = 2_000;

/** Everything between the database and the doors: stores and services, wired from top to bottom. */
export const createServices = async (
  config: Config,
  logger: Logger,
  { moreExecutors = [], sandbox }: Overrides,
  stack: AsyncDisposableStack,
) => {
  const { database, queueUrl } = await openDatabase(config, logger, stack);
  const clock = stack.use(await createDatabaseClock(database, logger));
  const lanes = lanesOf(config);
  const queue = stack.use(
    await createLaneQueue({
      backend: config.queue.redisUrl
        ? { kind: 'redis', url: config.queue.redisUrl }
        : { kind: 'postgres', connectionString: queueUrl ?? '' },
      prefix: config.queue.prefix,
      lanes,
      logger,
    }),
  );

  const wakeUps = stack.use(await createWakeUps(database, logger));
  const journal = createJournal(database, wakeUps);
  const seen = stack.use(createSeenLog(config.home));
  const isEmbedded = config.database.url === null && config.database.given === null;
  await takeUpLog(database, isEmbedded ? placeOfEmbeddedData(config.home) : null, seen.position());
  const reader = stack.use(await createEventReader(database, wakeUps, logger));
  stack.use(reader.onEvents(seen.note));
  const events = createEventService(database, reader);

  const { access, attempts } = openAccess({ database, journal, clock, logger }, stack);
  stack.use(
    reader.onEvents((events) => {
      events.forEach(access.forget);
    }),
  );

  const stopping = openStops(config, database, reader, stack);
  const { executors, loaded, ...control } = await openExecutors(
    config,
    { database, reader, logger, moreExecutors, killSwitch: stopping.stops.of },
    stack,
  );
  const rules = { database, reader, logger, executors, readStop: stopping.readStop };
  const deciding = await openPolicy(config, rules, stack);

  const stores = createStores(database);
  const outcomes = createOutcomeFolder(config.home);
  await saveWrittenOutcomes({ ...stores, ...planRequests, journal, outcomes, newId, logger });
  const planner = createPlanner(clock, newId, logger, placedTargets(config, deciding.policyEngine));
  const release = createReleaseTasks(stores.plans, planReader, stores.runs, newId);
  const planning = {
    prepareActions: createPrepareActions(executors.prepare, createParamsOf(executors.registry)),
    openApprovalsEach: config.approvals.openEach,
    planner,
    policy: deciding.policy,
    clock,
    newId,
    journal,
    stores,
    findPrincipal: access.findPrincipal,
  };
  const tasks = stack.use(
    createTaskService({
      ...planning,
      ...planRequests,
      admission: config.admission,
      planReader,
      cancelRun: createCancelRun(stores.runs, stores.locks),
    }),
  );
  const approvals = stack.use(
    createApprovalService(database, {
      journal,
      tasks: stores.tasks,
      approvals: stores.approvals,
      plans: stores.plans,
      planReader,
      release,
      newId,
      findPrincipal: access.findPrincipal,
      findStop: stopping.findStop,
    }),
  );
  const sealing = createSealing(config, database, clock, logger);
  const runControl = createRunControl({
    ...stores,
    ...planRequests,
    journal,
    newId,
    findStop: stopping.findStop,
  });
  return {
    processName: nameProcess(),
    database,
    clock,
    queue,
    lanes,
    waitBoundsMs: waitBoundsOf(config),
    wakeUps,
    journal,
    reader,
    events,
    access,
    executors,
    ...control,
    ...stopping,
    releaseQuorum: await readReleaseQuorum(config),
    reach: reachOf(config, executors, loaded),
    sandbox: sandbox ?? null,
    ...deciding,
    stores,
    outcomes,
    release,
    tasks,
    approvals,
    attempts,
    sealing,
    runControl,
    planRequests,
    planning,
  };
};

export type Services = Awaited<ReturnType<typeof createServices>>;

/** Who may do what, and what is told of those who tried more. */
const openAccess = (
  deps: {
    readonly database: Database;
    readonly journal: Journal;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  stack: AsyncDisposableStack,
) => {
  const { database, ...others } = deps;
  const store = createAccessStore(database);
  const findFirstTenant = async () => (await store.findTenants())[0]?.id ?? null;
  const attempts = stack.use(createAttempts({ ...others, findFirstTenant }));
  const access = stack.use(
    createAccessService({
      ...others,
      attempts,
      access: store,
      credentials: createCredentialStore(database),
      groups: createGroupStore(database),
      newId,
    }),
  );
  return { access, attempts };
};

/** What seals the record: its key, and where signed heads are kept. */
const createSealing = (
  { home, audit: { anchor } }: Config,
  database: Database,
  clock: Clock,
  logger: Logger,
) => ({
  key: openSigningKey(home, 'audit', keyIdOf),
  watch: createSealWatch(database, clock),
  anchors: [
    logAnchor(logger),
    fileAnchor(anchor.file),
    ...(anchor.webhook === null ? [] : [webhookAnchor(anchor.webhook)]),
  ],
  anchorEveryMs: anchor.everyMs,
  keptHeads: () => lastHeadsOf(anchor.file),
});

/** What decides: the rules, and what administrators said of autonomy over them. */
const openPolicy = async (
  config: Config,
  {
    database,
    reader,
    logger,
    executors,
    readStop,
  }: {
    readonly database: Database;
    readonly reader: Pick<EventReader, 'onEvents'>;
    readonly logger: Logger;
    readonly executors: Executors;
    readonly readStop: Parameters<typeof createPolicyService>[2];
  },
  stack: AsyncDisposableStack,
) => {
  const policyEngine = await openPolicyEngine(config, logger);
  const autonomyStore = createAutonomyStore(database);
  const autonomy = createKnownAutonomy(autonomyStore, logger);
  stack.use(reader.onEvents(autonomy.note));
  const policy = createPolicyService(policyEngine, traitsOfStep(executors), readStop, autonomy.of);
  return { policy, policyEngine, autonomy, autonomyStore };
};

/** What people stopped, and how it is known here. */
const openStops = (
  config: Config,
  database: Database,
  reader: Pick<EventReader, 'onEvents'>,
  stack: AsyncDisposableStack,
) => {
  const killSwitches = createKillSwitchStore(database);
  const stopFile = createStopFile(config.home);
  const stops = createKnownStops(killSwitches, stopFile);
  stack.use(reader.onEvents(stops.note));
  const readStop = (subject: StopSubject) => readKillSwitch(stops.of, subject);
  return {
    killSwitches,
    stopFile,
    stops,
    readStop,
    findStop: createFindStop(readStop),
    forgetStops: stops.forget,
  };
};

/** What acts on platforms, behind its guards and under operators' words. */
const openExecutors = async (
  config: Config,
  {
    database,
    reader,
    logger,
    moreExecutors,
    killSwitch,
  }: {
    readonly database: Database;
    readonly reader: Pick<EventReader, 'onEvents'>;
    readonly logger: Logger;
    readonly moreExecutors: readonly AnyExecutor[];
    readonly killSwitch: KillSwitchCheck;
  },
  stack: AsyncDisposableStack,
) => {
  const executorStore = createExecutorStore(database);
  const controls = createKnownControls(executorStore, logger);
  stack.use(reader.onEvents(controls.note));
  const loaded = await loadPlatforms(config.executors.platformModules);
  const executors = stack.use(
    createExecutors(
      {
        settings: config.executors,
        home: config.home,
        programEnvironment: config.executors.programEnvironment,
        programs: config.executors.programs,
        secrets: config.secrets,
        egress: config.executors.egress as EgressConfig,
        limits: config.executors.platforms as ExecutorsConfig['limits'],
        waitBoundsMs: waitBoundsOf(config),
      },
      { killSwitch, cutOff: controls.cutOff, moreExecutors, loaded },
    ),
  );
  stack.use(
    reader.onEvents((events) => {
      for (const { type, data } of events)
        if (type === 'executor.closed') executors.guards.resetBreakers(data.platform);
    }),
  );
  return { executors, loaded, executorStore, controls };
};

/** An OPA server's data is its own; who releases a stop is ours to know. */
const readReleaseQuorum = async ({ policy: { dataFile } }: Config) =>
  releaseQuorumOf(await readPolicyData(dataFile ?? join(policiesDir, 'data.json')));

const openPolicyEngine = ({ policy }: Config, logger: Logger) =>
  createPolicyEngine({
    bundleDir: join(policiesDir, 'bundle'),
    dataFile: policy.dataFile ?? undefined,
    opaUrl: policy.opaUrl ?? undefined,
    timeoutMs: policyTimeoutMs,
    logger,
  });

const createStores = (database: Database) => ({
  tasks: createTaskStore(database),
  plans: createPlanStore(database),
  decisions: createDecisionStore(database),
  approvals: createApprovalStore(database),
  runs: createRunStore(database),
  jobs: createJobStore(database),
  locks: createLockStore(database),
  deadLetters: createDeadLetterStore(database),
});

const lanesOf = ({ queue: { lanes } }: Config): Lanes => ({
  CRITICAL: { ...defaultLanes.CRITICAL, ...lanes.CRITICAL },
  HIGH: { ...defaultLanes.HIGH, ...lanes.HIGH },
  NORMAL: { ...defaultLanes.NORMAL, ...lanes.NORMAL },
  LOW: { ...defaultLanes.LOW, ...lanes.LOW },
});

const waitBoundsOf = ({ queue: { lanes } }: Config): WaitBounds => ({
  CRITICAL: lanes.CRITICAL?.waitBoundMs ?? defaultWaitBoundsMs.CRITICAL,
  HIGH: lanes.HIGH?.waitBoundMs ?? defaultWaitBoundsMs.HIGH,
  NORMAL: lanes.NORMAL?.waitBoundMs ?? defaultWaitBoundsMs.NORMAL,
  LOW: lanes.LOW?.waitBoundMs ?? defaultWaitBoundsMs.LOW,
});

/** The traits of a planned step as the executors of this build declare them. */
const traitsOfStep =
  ({ prepare }: Executors) =>
  (step: { action: string; params: Parameters<Executors['prepare']>[1]; name: string }) => {
    const prepared = prepare(step.action, step.params, step.name);
    return prepared.ok ? prepared.action.traits : undefined;
  };

const reachOf = (
  { executors: settings, secrets, approvals, admission, http }: Config,
  { registry }: Executors,
  loaded: readonly LoadedPlatform[],
): Reach => {
  const traits = registry.list();
  return {
    actionTypes: traits.map(({ name, version }) => `${name}@${version}`),
    platforms: [...new Set(traits.map(({ platform }) => platform))],
    targets: [...reachOfPlatforms(settings), ...loaded.flatMap(({ reach }) => reach)],
    publicPorts: settings.egress.allowedPorts ?? defaultPorts,
    internalHosts: settings.egress.allowedInternalHosts ?? [],
    secrets: Object.keys(secrets),
    limits: {
      openApprovals: approvals.openEach,
      requestsPerMinute: http.requestsPerMinute,
      ...admission,
    },
  };
};
