import type { StopScopeKind } from '@countersign/shared';
import { newId } from './infra/ids.ts';
import type { ErrorCode } from './domain/error-catalogue.ts';
import { refusal, refused, type Refusal } from './domain/errors.ts';
import { hasRight, type Caller, type Right } from './domain/principal.ts';
import { sightOf } from './domain/sight.ts';
import type { AnyOperation } from './modules/operation.ts';
import type { Logger } from './infra/logger.ts';
import { createAgentQueries, createPlanningViews } from './modules/agents/index.ts';
import { createCapabilityQueries } from './modules/access/index.ts';
import { createBackupOperations, createRestoreOperations } from './modules/backup/index.ts';
import { createConfigurationOperations } from './modules/configuration/index.ts';
import { createAlertQueries } from './modules/alerts/index.ts';
import {
  createApprovalCommands,
  createApprovalQueries,
  createAsVoter,
  createDelegationOperations,
  createHabitQueries,
  createOnlookerQueries,
  createLinkCommands,
} from './modules/approvals/index.ts';
import { createAttentionCommands } from './modules/attention/index.ts';
import { createAuditQueries, createProofOperations, type Attempts } from './modules/audit/index.ts';
import {
  createAutonomyCommands,
  createAutonomyQueries,
  type PolicyLevels,
} from './modules/autonomy/index.ts';
import { createGrantCommands, createGrantQueries, createGrantViews } from './modules/grants/index.ts';
import { createEventQueries } from './modules/events/index.ts';
import {
  createActionQueries,
  createActionTypeQueries,
  createDeadLetterQueries,
  createLockQueries,
  createRunCommands,
  createRunQueries,
  createRunViews,
} from './modules/execution/index.ts';
import { createFeedbackCommands, createFeedbackViews } from './modules/feedback/index.ts';
import { createSourceCommands, createSourceQueries } from './modules/sources/index.ts';
import { createHealthQueries } from './modules/health/index.ts';
import { createMetricsQueries } from './modules/metrics/index.ts';
import type { FindNamed } from './modules/named-ids.ts';
import { namedTasks } from './modules/named-tasks.ts';
import {
  createConnectedServerQueries,
  createExecutorCommands,
  createPlatformQueries,
} from './modules/platforms/index.ts';
import { createFindDecisions, createPolicyCommands, createPolicyQueries } from './modules/policy/index.ts';
import {
  createListStops,
  createStopCommands,
  createStopQueries,
  type ScopeSurroundings,
} from './modules/stops/index.ts';
import { createAgentViews } from './modules/quality/index.ts';
import { createInventoryCommands, createInventoryQueries } from './modules/inventory/index.ts';
import { createHoldCommands, createRetentionQueries } from './modules/retention/index.ts';
import { createQueueQueries } from './modules/queue/index.ts';
import { createNotificationOperations } from './modules/notifications/index.ts';
import { createToolQueries } from './modules/tools/index.ts';
import {
  createOutgoingQueries,
  createWebhookCommands,
  createWebhookQueries,
} from './modules/webhooks/index.ts';
import { createFindPlans, createTaskCommands, createTaskQueries } from './modules/tasks/index.ts';
import { createPasskeyOperations, createVerifyStepUp } from './modules/passkeys/index.ts';
import { createRelyingParty } from './infra/webauthn.ts';
import type { Monitoring } from './monitoring.ts';
import { createPositionsOf, createReadLines, type ActionTypeDescription } from './platforms/index.ts';
import { heldSteps } from './record/held-steps.ts';
import { createActionStore } from './record/action-store.ts';
import { createAccessStore } from './record/access-store.ts';
import { createGroupStore } from './record/group-store.ts';
import { createAskedPlans } from './record/asked-plans.ts';
import { planReader } from './record/plan-reader.ts';
import { createFindTargetCalls } from './record/target-calls.ts';
import { backupPlaceName } from './backups.ts';
import { restoreFault } from './restores.ts';
import type { Services } from './services.ts';

/** Everything that can be asked of this server, whatever the door. */
export const createOperations = (
  services: Services,
  monitoring: Monitoring,
  logger: Logger,
  limitOf: LimitOf = () => null,
  originOf: () => string = () => '',
) => {
  const { access, executors, reach, sandbox, tasks, approvals, stores, events, clock } = services;
  const findTasks = tasks.findMany;
  const platforms = () => reach().platforms;
  const requiredFor = (kind: StopScopeKind, tenantId: string): number =>
    services.policies.releaseQuorum(tenantId)[kind];
  const passkeyDeps = { ...services, ...stores, relyingParty: createRelyingParty(originOf), newId };
  const verifyStepUp = createVerifyStepUp(passkeyDeps);
  const store = services.killSwitches;
  const listStops = createListStops({ store, requiredFor });
  const scopes = (tenantId: string): ScopeSurroundings => ({
    platforms: reach().platforms,
    actionTypes: [...reach().actionTypes, ...executors.registry.list().map(({ name }) => name)],
    hasPrincipal: async (id) => (await access.findPrincipals(tenantId, [id])).length > 0,
  });
  const findPrincipals: FindNamed = ({ tenantId }, ids) => access.findPrincipals(tenantId, ids);
  const isInSight = createIsInSight(findTasks);
  return watched(
    { attempts: services.attempts, limitOf, isInSight },
    {
      ...access.operations,
      ...createCapabilityQueries(reach),
      ...createConfigurationOperations({
        service: services.configuration,
        findFirstTenant: access.findFirstTenant,
      }),
      ...backupOperationsOf(services),
      ...createTaskCommands(tasks, (viewer, request) =>
        tasks.approvePart(viewer, request, (reviewer, taskId, on, comment) =>
          approvals.decide({ reviewer, taskId, verdict: 'APPROVE', on, comment }),
        ),
      ),
      ...createRunCommands(services.runControl),
      ...createTaskQueries(stores.tasks, access.findPrincipals),
      ...createApprovalCommands(approvals, verifyStepUp),
      ...createPasskeyOperations(passkeyDeps),
      ...createLinkCommands(services.approvalLinks, access.findPrincipals),
      ...createHabitQueries(stores.approvals, stores.decoys),
      ...createAttentionCommands({ ...services, ...stores, newId }),
      ...createDelegationOperations({
        ...services,
        ...stores,
        groups: createGroupStore(services.database),
        newId,
      }),
      ...createApprovalQueries({ approvals: stores.approvals, findTasks, clock }),
      ...createOnlookerQueries({ presence: services.presence, approvals: stores.approvals }),
      ...createEventQueries(events, findTasks),
      ...createAuditQueries({ events, findTasks, findPrincipals }),
      ...createProofOperations({
        ...services.sealing,
        database: services.database,
        journal: services.journal,
        clock,
        processName: services.processName,
        findTasks,
      }),
      ...createHoldCommands({ ...services, findTasks, newId }),
      ...createRetentionQueries(services),
      ...createActionQueries(createActionStore(services.database), findPrincipals),
      ...createRunQueries(createRunViews(services.database, stores.runs, stores.locks)),
      ...createActionTypeQueries(() => executors.registry.list()),
      ...createAutonomyOperations(services),
      ...createGrantOperations(services),
      ...createPolicyCommands({ ...services.policies.tools, ...stores, verifyStepUp }),
      ...createPolicyQueries({
        ...services.policies.tools,
        decisions: stores.decisions,
        rulesOf: services.policies.rulesOf,
      }),
      ...createDeadLetterQueries(stores.deadLetters),
      ...createLockQueries(stores.locks),
      ...createTrackOperations(services),
      ...createToolOperations(services),
      ...createAgentQueries(services.agents),
      ...createQueueQueries(monitoring.queue),
      ...createMetricsQueries(monitoring.metrics, platforms),
      ...createHealthQueries(monitoring.health),
      ...createAlertQueries(monitoring.alerts),
      ...createNotificationOperations({ ...services.sending, findPrincipals: access.findPrincipals }),
      ...createWebhookCommands({ ...services.sending, platforms }),
      ...createWebhookQueries(services.sending.webhooks),
      ...createOutgoingQueries(
        { ...events, database: services.database, readQueue: () => monitoring.queue.state() },
        platforms,
      ),
      ...createExecutorCommands({
        store: services.executorStore,
        journal: services.journal,
        platforms,
      }),
      ...createPlatformQueries({ platforms, sandbox, logger }),
      ...createConnectedServerQueries({
        connected: executors.connected,
        findTargetCalls: createFindTargetCalls(services.database),
      }),
      ...createStopCommands({
        ...services,
        ...stores,
        store,
        listStops,
        scopes,
        heldSteps,
        newId,
        requiredFor,
        verifyStepUp,
        stepUpFor: services.policies.stepUpOfRelease,
      }),
      ...createStopQueries({
        store,
        listStops,
        scopes,
        unsafeActionTypes: () => unsafeActionTypes(executors.registry.list()),
        stopFile: services.stopFile,
      }),
    },
  );
};

/** Nobody could tell what these did, were they ended. */
const unsafeActionTypes = (types: readonly ActionTypeDescription[]): readonly string[] =>
  types
    .filter(({ category, idempotency }) => category !== 'READ' && idempotency === 'NONE')
    .map(({ name, version }) => `${name}@${version}`);

/** What nobody may do is on record when somebody tries it, through whichever door. */
const refusedAttempts: ReadonlySet<ErrorCode> = new Set([
  'AUTHORIZATION_FAILED',
  'SELF_APPROVAL',
  'NOT_ELIGIBLE',
]);

/** Counts one operation of a right; milliseconds to wait first, or null to go on. */
export type LimitOf = (caller: Caller, right: Right) => number | null;

interface Watch {
  readonly attempts: Attempts;
  readonly limitOf: LimitOf;
  /** Whether somebody sees all tasks that an input names. Who lacks a right is told of that instead. */
  readonly isInSight: (viewer: Caller, right: Right, input: unknown) => Promise<boolean>;
}

const createIsInSight =
  (findTasks: FindNamed): Watch['isInSight'] =>
  async (viewer, right, input) => {
    if (!sightOf(viewer).only || !hasRight(viewer, right)) return true;
    const named = namedTasks(input);
    return named.length === 0 || (await findTasks(viewer, named)).length === named.length;
  };

const watched = <Each extends Readonly<Record<string, AnyOperation>>>(
  { attempts, limitOf, isInSight }: Watch,
  all: Each,
): Each =>
  Object.fromEntries(
    Object.entries(all).map(([name, operation]) => {
      const execute: AnyOperation['execute'] = async (call, input) => {
        const waitMs = limitOf(call.viewer, operation.right);
        if (waitMs !== null) return refused(tooMany(waitMs));
        const outcome = (await isInSight(call.viewer, operation.right, input))
          ? await operation.execute(call, input)
          : refused(unknownTask);
        if (!outcome.ok && refusedAttempts.has(outcome.refusal.code)) {
          const { tenantId, id: actorId } = call.viewer;
          attempts.note({ kind: 'REFUSED', tenantId, actorId, operation: name, code: outcome.refusal.code });
        }
        return outcome;
      };
      return [name, { ...operation, execute }];
    }),
  ) as Each;

const unknownTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');

const tooMany = (waitMs: number): Refusal => ({
  ...refusal('RATE_LIMIT_EXCEEDED', 'Too many operations of this kind. Wait, then try again.'),
  retryAfterMs: Math.ceil(waitMs),
});

/** What work rests on, and what people say that it came to. */
const createTrackOperations = (services: Services) => {
  const { access, stores, quarantineStore: store, knownQuarantines: known } = services;
  return {
    ...createSourceCommands({ ...services, store, known, newId }),
    ...createSourceQueries({ ...services, store }),
    ...createFeedbackCommands({
      ...services,
      tasks: stores.tasks,
      findPrincipal: access.findPrincipal,
      newId,
    }),
  };
};

const backupOperationsOf = ({ access, clock, database, journal, live }: Services) => ({
  ...createRestoreOperations({
    ...{ journal, clock, newId, database, restoreFault },
    findFirstTenant: access.findFirstTenant,
  }),
  ...createBackupOperations({
    journal,
    clock,
    newId,
    database,
    findFirstTenant: access.findFirstTenant,
    settings() {
      const { everyMs, keep, oldAfterMs } = live.now().backup;
      return { place: backupPlaceName(live.now()), everyMs, keep, oldAfterMs, restoreFault: restoreFault() };
    },
  }),
});

/** What agents look things up in, and with what. */
const createToolOperations = ({ journal, sandbox, stores, toolbox }: Services) => ({
  ...createInventoryCommands({ journal, newId, readable: sandbox?.platforms ?? new Set() }),
  ...createInventoryQueries(stores),
  ...createToolQueries({ toolbox, imports: stores.imports, uses: stores.toolUses }),
});

const createAutonomyOperations = ({
  database,
  autonomy: known,
  autonomyStore: store,
  policies,
  journal,
}: Services) => {
  const access = createAccessStore(database);
  const policyLevels: PolicyLevels = (tenantId) => {
    const { DEVELOPMENT, STAGING, PRODUCTION } = policies.of(tenantId).settings().environments;
    return {
      DEVELOPMENT: DEVELOPMENT.autonomyLevel,
      STAGING: STAGING.autonomyLevel,
      PRODUCTION: PRODUCTION.autonomyLevel,
    };
  };
  return {
    ...createAutonomyCommands({ store, journal, access, known, policyLevels, newId }),
    ...createAutonomyQueries({ access, known, policyLevels }),
  };
};

const createGrantOperations = ({
  database,
  access: { findPrincipals },
  clock,
  executors: { registry },
  journal,
  knownGrants,
  policies,
  stores: { grants: store, delegations },
}: Services) => {
  const terms = (tenantId: string) => {
    const { grants, hardApproval } = policies.of(tenantId).settings();
    return { ...grants, hardActionTypes: hardApproval.actionTypes };
  };
  const findActionType = (name: string) => {
    const traits = registry.find(name)?.traits;
    return traits ? { name: `${traits.name}@${traits.version}`, isRead: traits.category === 'READ' } : null;
  };
  const access = createAccessStore(database);
  const asked = createAskedPlans(database);
  const { forget } = knownGrants;
  const asVoter = createAsVoter(delegations);
  return {
    ...createGrantCommands({ store, journal, access, terms, findActionType, newId, asVoter, forget }),
    ...createGrantQueries({ store, asked, terms, findPrincipals, clock }),
  };
};

export type Operations = ReturnType<typeof createOperations>;

/** What hangs together with what was asked for, for doors that follow it: many at once, of the viewer's tenant. */
export const createViews = ({ database, stores, executors, agents }: Services, logger: Logger) => ({
  findPlans: createFindPlans(stores.plans, planReader, logger),
  positionsOf: createPositionsOf(executors.prepare),
  readLines: createReadLines(executors.prepare, logger),
  findDecisions: createFindDecisions(stores.decisions),
  runs: createRunViews(database, stores.runs, stores.locks),
  feedback: createFeedbackViews(database),
  agents: createAgentViews({ database, ...stores }),
  grants: createGrantViews(database, stores.grants),
  findImports: stores.imports.findMany,
  plannings: createPlanningViews(agents.plannings),
});

export type Views = ReturnType<typeof createViews>;
