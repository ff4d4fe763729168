import type { Logger } from '../infra/logger.ts';
import { createPlanningViews } from '../modules/agents/index.ts';
import { createRunViews } from '../modules/execution/index.ts';
import { createFeedbackViews } from '../modules/feedback/index.ts';
import { createGrantViews } from '../modules/grants/index.ts';
import { createFindDecisions } from '../modules/policy/index.ts';
import { createAgentViews } from '../modules/quality/index.ts';
import { createFindPlans } from '../modules/tasks/index.ts';
import { createPositionsOf, createReadLines } from '../platforms/index.ts';
import { planReader } from '../record/plan-reader.ts';
import type { Services } from '../services.ts';

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
