import type { Logger } from './infra/logger.ts';
import { createCapabilityQueries } from './modules/access/index.ts';
import { createApprovalCommands, createApprovalQueries } from './modules/approvals/index.ts';
import { createEventQueries } from './modules/events/index.ts';
import { createRunViews } from './modules/execution/index.ts';
import { createFindDecisions } from './modules/policy/index.ts';
import { createFindPlans, createTaskCommands, createTaskQueries } from './modules/tasks/index.ts';
import { createReadLines } from './platforms/index.ts';
import { planReader } from './record/plan-reader.ts';
import type { Services } from './services.ts';

/** Everything that can be asked of this server, whatever the door. */
export const createOperations = ({ access, reach, tasks, approvals, stores, events, clock }: Services) => ({
  ...access.operations,
  ...createCapabilityQueries(reach),
  ...createTaskCommands(tasks),
  ...createTaskQueries(stores.tasks, access.findPrincipals),
  ...createApprovalCommands(approvals),
  ...createApprovalQueries({ approvals: stores.approvals, findTasks: tasks.findMany, clock }),
  ...createEventQueries(events),
});

export type Operations = ReturnType<typeof createOperations>;

/** What hangs together with what was asked for, for doors that follow it: many at once, of the viewer's tenant. */
export const createViews = ({ database, stores, executors }: Services, logger: Logger) => ({
  findPlans: createFindPlans(stores.plans, planReader, logger),
  readLines: createReadLines(executors.prepare, logger),
  findDecisions: createFindDecisions(stores.decisions),
  runs: createRunViews(database, stores.runs),
});

export type Views = ReturnType<typeof createViews>;
