import { actionErrorForm } from './actions/action-error.ts';
import { actionApprovalRoutes } from './actions/approval-routes.ts';
import { contextRoute } from './actions/context-route.ts';
import { eventsRoute } from './actions/events-route.ts';
import { healthRoute } from './actions/health-route.ts';
import { metricsRoute } from './actions/metrics-route.ts';
import { queueRoute } from './actions/queue-route.ts';
import { recentRoute } from './actions/recent-route.ts';
import { approvalRoutes } from './approval-routes.ts';
import { catalogueRoutes } from './orchestrator/catalogue-routes.ts';
import { executeRoute } from './orchestrator/execute-route.ts';
import { executionRoutes } from './orchestrator/execution-routes.ts';
import { orchestratorTaskRoutes } from './orchestrator/task-routes.ts';
import { configurationRoutes } from './configuration-routes.ts';
import { drRoutes } from './dr-routes.ts';
import { inventoryRoutes } from './inventory-routes.ts';
import { problemForm } from './problem.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestFamily } from './rest-route.ts';
import { taskRoutes } from './task-routes.ts';

/** All addresses of the door: our own, and those of two older interfaces with their words over the same commands. */
export const restFamilies = (deps: RestDeps): readonly RestFamily[] => [
  {
    name: 'Tasks',
    description: 'Submit a task, decide on it, and follow what becomes of it.',
    form: problemForm,
    needsTenant: true,
    routes: [
      ...taskRoutes(deps),
      ...approvalRoutes(deps),
      ...inventoryRoutes(deps),
      ...configurationRoutes(deps),
    ],
  },
  {
    name: 'Disaster recovery',
    description:
      'Take a backup of the installation, have one restored beside it, and follow how either comes further.',
    form: problemForm,
    needsTenant: false,
    routes: drRoutes(deps),
  },
  {
    name: 'Orchestrator',
    description: 'Say what you want in words, and follow how it is executed, phase by phase.',
    form: problemForm,
    needsTenant: false,
    routes: [
      executeRoute(deps),
      ...orchestratorTaskRoutes(deps),
      ...executionRoutes(deps),
      ...catalogueRoutes(deps),
    ],
  },
  {
    name: 'Actions',
    description: 'Look at single actions, the lanes and the platforms; what dashboards and aggregators ask.',
    form: actionErrorForm,
    needsTenant: false,
    routes: [
      recentRoute(deps),
      eventsRoute(deps),
      queueRoute(deps),
      metricsRoute(deps),
      healthRoute(deps),
      ...actionApprovalRoutes(deps),
      contextRoute(deps),
    ],
  },
];
