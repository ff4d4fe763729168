import { openAgents } from './agents.ts';
import type { Config } from './config.ts';
import { defaultWaitBoundsMs, type WaitBounds } from './domain/queue.ts';
import { sightOfAgent } from './domain/sight.ts';
import { createDatabaseClock } from './infra/database-clock.ts';
import { openDatabase } from './database-access.ts';
import type { Clock } from './infra/clock.ts';
import { openSecretKey } from './infra/signing-key.ts';
import {
  createArchiveFiles,
  createAttempts,
  createSealWatch,
  fileAnchor,
  lastHeadsOf,
  logAnchor,
  openAuditKey,
  webhookAnchor,
} from './modules/audit/index.ts';
import type { Database } from './infra/database.ts';
import { defaultPorts, type EgressConfig } from './infra/egress.ts';
import { placeOfEmbeddedData } from './infra/embedded-database.ts';
import { newId } from './infra/ids.ts';
import type { Logger } from './infra/logger.ts';
import { createMeasures, type Measures } from './infra/measured.ts';
import { placedTargets } from './placed-targets.ts';
import { nameProcess } from './infra/process-name.ts';
import type { RateLimit } from './infra/rate-window.ts';
import type { Sandbox } from './sandbox.ts';
import { keptMsOf } from './retention.ts';
import { createSeenLog } from './seen-log.ts';
import { createLaneQueue, defaultLanes, type Lanes } from './infra/queue/lane-queue.ts';
import { createPresence } from './infra/presence.ts';
import { createWakeUps } from './infra/wakeups.ts';
import { openIdentity } from './identity.ts';
import { openSending } from './sending.ts';
import { createAccessService, type AccessService, type Reach } from './modules/access/index.ts';
import type { GoalTools, Planner } from './modules/agents/index.ts';
import { createAccessStore } from './record/access-store.ts';
import { createCredentialStore } from './record/credential-store.ts';
import { createGroupStore } from './record/group-store.ts';
import {
  createApprovalLinks,
  createApprovalService,
  createAsVoter,
  createReleaseTasks,
} from './modules/approvals/index.ts';
import { createDelegationStore } from './record/delegation-store.ts';
import { createApprovalStore } from './record/approval-store.ts';
import { createEventReader, type EventReader } from './record/event-reader.ts';
import { createKnownControls } from './modules/platforms/index.ts';
import { createKnownAutonomy } from './modules/autonomy/index.ts';
import { createKnownGrants } from './modules/grants/index.ts';
import { createAutonomyStore } from './record/autonomy-store.ts';
import { createGrantStore, suspendGrants } from './record/grant-store.ts';
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
import { createRateCountStore } from './record/rate-count-store.ts';
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
import { agentTermsOf, createPolicyService, type PolicyData } from './modules/policy/index.ts';
import { openPolicies } from './policies.ts';
import { createKnownQuarantines, type KnownQuarantines } from './modules/sources/index.ts';
import { createQuarantineStore } from './record/quarantine-store.ts';
import { createReadForTools } from './modules/inventory/index.ts';
import { createKnownRecords } from './modules/quality/index.ts';
import { createApprovalLinkStore } from './record/approval-link-store.ts';
import { createSignedLinks } from './infra/signed-links.ts';
import { createPasskeyStore } from './record/passkey-store.ts';
import { createToolbox } from './modules/tools/index.ts';
import { createAssetStore } from './record/asset-store.ts';
import { createCatalogueStore } from './record/catalogue-store.ts';
import { createImportStore } from './record/import-store.ts';
import { createToolUseStore } from './record/tool-use-store.ts';
import { installedTools } from './tools/installed.ts';
import { createTrackStore } from './record/track-store.ts';
import { createPlanner, createTaskService, planRequests, type TaskService } from './modules/tasks/index.ts';
import { createTaskMarkStore } from './record/task-mark-store.ts';
import { createWatchStore } from './record/watch-store.ts';
import { createTaskStore } from './record/task-store.ts';

/** What tests and the bench put in besides the product's own parts. */
export interface Overrides {
  readonly moreExecutors?: readonly AnyExecutor[];
  readonly sandbox?: Pick<Sandbox, 'platforms' | 'readObjects'>;
  /** Who plans goals, instead of those of the configuration. */
  readonly planners?: readonly Planner[] | undefined;
  readonly goalTools?: GoalTools | undefined;
  /** How long a submission waits for its plan; by default five seconds. */
  readonly planningPatienceMs?: number;
}

/** Everything between the database and the doors: stores and services, wired from top to bottom. */
export const createServices = async (
  config: Config,
  logger: Logger,
  { moreExecutors = [], sandbox, planners, goalTools, planningPatienceMs = 5_000 }: Overrides,
  stack: AsyncDisposableStack,
) => {
  const { database, queueUrl } = await openDatabase(config, logger, stack);
  const clock = stack.use(await createDatabaseClock(database, logger));
  const lanes = lanesOf(config);
  const queue = stack.use(await openQueue(config, queueUrl, logger));
  const wakeUps = stack.use(await createWakeUps(database, logger));
  const presence = stack.use(await createPresence(database, logger));
  const journal = createJournal(database, wakeUps, [suspendGrants]);
  const seen = stack.use(createSeenLog(config.home));
  const isEmbedded = config.database.url === null && config.database.given === null;
  await takeUpLog(database, isEmbedded ? placeOfEmbeddedData(config.home) : null, seen.position());
  const reader = stack.use(await createEventReader(database, wakeUps, logger));
  stack.use(reader.onEvents(seen.note));
  const events = createEventService(database, reader);

  const { access, attempts, issuerSignIn } = openAccess(
    { config, database, journal, reader, clock, logger, termsOf: (id) => deciding.policies.settingsOf(id) },
    stack,
  );
  const stopping = openStops(config, database, reader, logger, stack);
  const { executors, loaded, ...control } = await openExecutors(
    config,
    { database, reader, logger, moreExecutors, killSwitch: stopping.stops.of },
    stack,
  );
  const rules = {
    database,
    journal,
    reader,
    logger,
    executors,
    readStop: stopping.readStop,
    sourceStop: stopping.knownQuarantines.of,
  };
  const deciding = await openPolicy(config, rules, stack);

  const stores = createStores(database);
  const outcomes = createOutcomeFolder(config.home);
  await saveWrittenOutcomes({ ...stores, ...planRequests, journal, outcomes, newId, logger });
  const measures = createMeasures();
  const planner = createPlanner(
    clock,
    newId,
    logger,
    placedTargets(config, (tenantId) => deciding.policies.of(tenantId).settings()),
    measures,
  );
  const toolbox = openToolbox(stores, clock, logger, measures);
  const planned = { database, journal, clock, planners, goalTools, toolbox, registry: executors.registry };
  const agents = openAgents(config, planned, stack);
  const release = createReleaseTasks(stores.plans, planReader, stores.runs, newId);
  const planning = {
    prepareActions: createPrepareActions(executors.prepare, createParamsOf(executors.registry)),
    openApprovalsEach: config.approvals.openEach,
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
      admission: config.admission,
      planningPatienceMs,
      planReader,
      cancelRun: createCancelRun(stores.runs, stores.locks),
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
  const approvalLinks = openLinks(config.home, { ...stores, journal, approvals, tasks, clock, access });
  const sealing = await createSealing(config, database, clock, logger);
  const sending = openSending(config, { database, journal, clock }, stack);
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
    presence,
    journal,
    reader,
    events,
    access,
    issuerSignIn,
    executors,
    ...control,
    ...stopping,
    reach: reachOf(config, executors, loaded),
    sandbox: sandbox ?? null,
    ...deciding,
    stores,
    outcomes,
    release,
    tasks,
    approvals,
    approvalLinks,
    attempts,
    sealing,
    keepMs: keptMsOf(config),
    sending,
    runControl,
    planRequests,
    planning,
    toolbox,
    measures,
    agents,
  };
};

export type Services = Awaited<ReturnType<typeof createServices>>;

/** The dispatcher: Redis where one is configured, otherwise the database itself. */
const openQueue = (config: Config, queueUrl: string | null, logger: Logger) =>
  createLaneQueue({
    backend: config.queue.redisUrl
      ? { kind: 'redis', url: config.queue.redisUrl }
      : { kind: 'postgres', connectionString: queueUrl ?? '' },
    prefix: config.queue.prefix,
    lanes: lanesOf(config),
    logger,
  });

/** Links with which people decide once, signed with a key of the home. */
const openLinks = (
  home: string,
  {
    tasks,
    access,
    ...deps
  }: Pick<
    Parameters<typeof createApprovalLinks>[0],
    'links' | 'passkeys' | 'journal' | 'approvals' | 'clock'
  > & {
    readonly tasks: Pick<TaskService, 'findMany'>;
    readonly access: Pick<AccessService, 'findPrincipal'>;
  },
) =>
  createApprovalLinks({
    ...deps,
    signedLinks: createSignedLinks(openSecretKey(home, 'links')),
    findTask: async (viewer, taskId) => (await tasks.findMany(viewer, [taskId]))[0] ?? null,
    findPrincipal: access.findPrincipal,
    newId,
  });

/** Who may do what, and what is told of those who tried more. */
const openAccess = (
  deps: {
    readonly database: Database;
    readonly journal: Journal;
    readonly clock: Clock;
    readonly config: Config;
    readonly reader: Pick<EventReader, 'onEvents'>;
    readonly logger: Logger;
    /** What policy says in a tenant. */
    readonly termsOf: (tenantId: string) => PolicyData['settings'];
  },
  stack: AsyncDisposableStack,
) => {
  const { database, config, reader, termsOf, ...others } = deps;
  const { serviceTokens, issuerSignIn } = openIdentity(config, deps, stack);
  const store = createAccessStore(database);
  const findFirstTenant = async () => (await store.findTenants())[0]?.id ?? null;
  const attempts = stack.use(createAttempts({ ...others, findFirstTenant }));
  const access = stack.use(
    createAccessService({
      ...others,
      sightOfAgent: (agent) => sightOfAgent(agentTermsOf(termsOf(agent.tenantId)), agent),
      serviceTokens,
      attempts,
      access: store,
      credentials: createCredentialStore(database),
      groups: createGroupStore(database),
      newId,
    }),
  );
  stack.use(
    reader.onEvents((events) => {
      events.forEach(access.forget);
    }),
  );
  return { access, attempts, issuerSignIn };
};

/** What seals the record: its key, and where signed heads are kept. */
const createSealing = async (
  { home, audit: { anchor }, retention }: Config,
  database: Database,
  clock: Clock,
  logger: Logger,
) => ({
  key: await openAuditKey({ database, clock }, home),
  watch: createSealWatch(database, clock),
  anchors: [
    logAnchor(logger),
    fileAnchor(anchor.file),
    ...(anchor.webhook === null ? [] : [webhookAnchor(anchor.webhook)]),
  ],
  anchorEveryMs: anchor.everyMs,
  keptHeads: () => lastHeadsOf(anchor.file),
  files: createArchiveFiles(retention.archiveFolder),
});

/** What decides: the rules, what administrators said of autonomy over them, and people's standing grants. */
const openPolicy = async (
  config: Config,
  {
    database,
    journal,
    reader,
    logger,
    executors,
    readStop,
    sourceStop,
  }: {
    readonly database: Database;
    readonly journal: Journal;
    readonly reader: Pick<EventReader, 'onEvents'>;
    readonly logger: Logger;
    readonly executors: Executors;
    readonly readStop: Parameters<typeof createPolicyService>[0]['killSwitch'];
    readonly sourceStop: KnownQuarantines['of'];
  },
  stack: AsyncDisposableStack,
) => {
  const policies = await openPolicies(config, { database, journal, reader, logger }, stack);
  const autonomyStore = createAutonomyStore(database);
  const autonomy = createKnownAutonomy(autonomyStore, logger);
  stack.use(reader.onEvents(autonomy.note));
  const knownGrants = createKnownGrants(createGrantStore(database), logger);
  stack.use(reader.onEvents(knownGrants.note));
  const policy = createPolicyService({
    policies,
    traitsOfStep: traitsOfStep(executors),
    killSwitch: readStop,
    autonomyOf: autonomy.of,
    grantsOf: knownGrants.of,
    sourceStop,
  });
  return { policy, policies, autonomy, autonomyStore, knownGrants };
};

/** What people stopped, and how it is known here. */
const openStops = (
  config: Config,
  database: Database,
  reader: Pick<EventReader, 'onEvents'>,
  logger: Logger,
  stack: AsyncDisposableStack,
) => {
  const quarantineStore = createQuarantineStore(database);
  const knownQuarantines = createKnownQuarantines(quarantineStore, logger);
  stack.use(reader.onEvents(knownQuarantines.note));
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
    findStop: createFindStop(readStop, knownQuarantines.of),
    quarantineStore,
    knownQuarantines,
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

const openToolbox = (
  stores: ReturnType<typeof createStores>,
  clock: Clock,
  logger: Logger,
  measures: Measures,
) =>
  createToolbox({
    tools: installedTools,
    portsOf: createReadForTools(stores),
    uses: stores.toolUses,
    clock,
    logger,
    measures,
  });

const createStores = (database: Database) => ({
  tasks: createTaskStore(database),
  plans: createPlanStore(database),
  decisions: createDecisionStore(database),
  approvals: createApprovalStore(database),
  delegations: createDelegationStore(database),
  taskMarks: createTaskMarkStore(database),
  runs: createRunStore(database),
  jobs: createJobStore(database),
  locks: createLockStore(database),
  deadLetters: createDeadLetterStore(database),
  track: createTrackStore(database),
  rateCounts: createRateCountStore(database),
  watches: createWatchStore(database),
  grants: createGrantStore(database),
  passkeys: createPasskeyStore(database),
  assets: createAssetStore(database),
  catalogues: createCatalogueStore(database),
  imports: createImportStore(database),
  toolUses: createToolUseStore(database),
  links: createApprovalLinkStore(database),
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

const perMinute = ({ limit, windowMs }: RateLimit): number =>
  Math.min(1_000_000_000, Math.floor((limit * 60_000) / windowMs));

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
      requestsPerMinute: perMinute(http.limits.rates.caller),
      ...admission,
    },
  };
};
