import type { StopScopeKind } from '@countersign/shared';
import { newId } from './infra/ids.ts';
import type { ErrorCode } from './domain/error-catalogue.ts';
import type { AnyOperation } from './modules/operation.ts';
import type { Logger } from './infra/logger.ts';
import { createCapabilityQueries } from './modules/access/index.ts';
import { createAlertQueries } from './modules/alerts/index.ts';
import { createApprovalCommands, createApprovalQueries } from './modules/approvals/index.ts';
import { createAuditQueries, createProofOperations, type Attempts } from './modules/audit/index.ts';
import {
  createAutonomyCommands,
  createAutonomyQueries,
  type PolicyLevels,
} from './modules/autonomy/index.ts';
import { createEventQueries } from './modules/events/index.ts';
import {
  createActionTypeQueries,
  createDeadLetterQueries,
  createLockQueries,
  createRunCommands,
  createRunViews,
} from './modules/execution/index.ts';
import { createHealthQueries } from './modules/health/index.ts';
import { createMetricsQueries } from './modules/metrics/index.ts';
import type { FindNamed } from './modules/named-ids.ts';
import { createExecutorCommands, createPlatformQueries } from './modules/platforms/index.ts';
import { createFindDecisions, createPolicyQueries } from './modules/policy/index.ts';
import {
  createListStops,
  createStopCommands,
  createStopQueries,
  type ScopeSurroundings,
} from './modules/stops/index.ts';
import { createQueueQueries } from './modules/queue/index.ts';
import { createFindPlans, createTaskCommands, createTaskQueries } from './modules/tasks/index.ts';
import type { Monitoring } from './monitoring.ts';
import { createReadLines, type ActionTypeDescription } from './platforms/index.ts';
import { heldSteps } from './record/held-steps.ts';
import { createAccessStore } from './record/access-store.ts';
import { planReader } from './record/plan-reader.ts';
import type { Services } from './services.ts';

/** Everything that can be asked of this server, whatever the door. */
export const createOperations = (services: Services, monitoring: Monitoring, logger: Logger) => {
  const { access, executors, reach, sandbox, tasks, approvals, stores, events, clock } = services;
  const findTasks = tasks.findMany;
  const requiredFor = (kind: StopScopeKind): number => services.releaseQuorum[kind];
  const store = services.killSwitches;
  const listStops = createListStops({ store, requiredFor });
  const scopes = (tenantId: string): ScopeSurroundings => ({
    platforms: reach.platforms,
    actionTypes: [...reach.actionTypes, ...executors.registry.list().map(({ name }) => name)],
    hasPrincipal: async (id) => (await access.findPrincipals(tenantId, [id])).length > 0,
  });
  const findPrincipals: FindNamed = ({ tenantId }, ids) => access.findPrincipals(tenantId, ids);
  return watched(services.attempts, {
    ...access.operations,
    ...createCapabilityQueries(reach),
    ...createTaskCommands(tasks),
    ...createRunCommands(services.runControl),
    ...createTaskQueries(stores.tasks, access.findPrincipals),
    ...createApprovalCommands(approvals),
    ...createApprovalQueries({ approvals: stores.approvals, findTasks, clock }),
    ...createEventQueries(events, findTasks),
    ...createAuditQueries({ events, findTasks, findPrincipals }),
    ...createProofOperations({
      ...services.sealing,
      database: services.database,
      journal: services.journal,
      clock,
      findTasks,
    }),
    ...createActionTypeQueries(() => executors.registry.list()),
    ...createAutonomyOperations(services),
    ...createPolicyQueries({ decisions: stores.decisions, rulesOf: services.policyEngine.rulesOf }),
    ...createDeadLetterQueries(stores.deadLetters),
    ...createLockQueries(stores.locks),
    ...createQueueQueries(monitoring.queue),
    ...createMetricsQueries(monitoring.metrics, reach.platforms),
    ...createHealthQueries(monitoring.health),
    ...createAlertQueries(monitoring.alerts),
    ...createExecutorCommands({
      store: services.executorStore,
      journal: services.journal,
      platforms: reach.platforms,
    }),
    ...createPlatformQueries({ platforms: reach.platforms, sandbox, logger }),
    ...createStopCommands({ ...services, store, listStops, scopes, heldSteps, newId, requiredFor }),
    ...createStopQueries({
      store,
      listStops,
      scopes,
      unsafeActionTypes: () => unsafeActionTypes(executors.registry.list()),
      stopFile: services.stopFile,
    }),
  });
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

const watched = <Each extends Readonly<Record<string, AnyOperation>>>(attempts: Attempts, all: Each): Each =>
  Object.fromEntries(
    Object.entries(all).map(([name, operation]) => {
      const execute: AnyOperation['execute'] = async (call, input) => {
        const outcome = await operation.execute(call, input);
        if (!outcome.ok && refusedAttempts.has(outcome.refusal.code)) {
          const { tenantId, id: actorId } = call.viewer;
          attempts.note({ kind: 'REFUSED', tenantId, actorId, operation: name, code: outcome.refusal.code });
        }
        return outcome;
      };
      return [name, { ...operation, execute }];
    }),
  ) as Each;

const createAutonomyOperations = ({
  database,
  autonomy: known,
  autonomyStore: store,
  policyEngine,
  journal,
}: Services) => {
  const access = createAccessStore(database);
  const policyLevels: PolicyLevels = () => {
    const { DEVELOPMENT, STAGING, PRODUCTION } = policyEngine.settings().environments;
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

export type Operations = ReturnType<typeof createOperations>;

/** What hangs together with what was asked for, for doors that follow it: many at once, of the viewer's tenant. */
export const createViews = ({ database, stores, executors }: Services, logger: Logger) => ({
  findPlans: createFindPlans(stores.plans, planReader, logger),
  readLines: createReadLines(executors.prepare, logger),
  findDecisions: createFindDecisions(stores.decisions),
  runs: createRunViews(database, stores.runs, stores.locks),
});

export type Views = ReturnType<typeof createViews>;
