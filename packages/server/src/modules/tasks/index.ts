/** Takes tasks in: one submission becomes a planned, decided and recorded task, once per idempotency key. */
export { viewerCanApply } from './apply-plan.ts';
export type { ApprovedPart } from './approve-part.ts';
export type { Edited } from './edit-task.ts';
export type { Simulation } from './simulate-task.ts';
export type { Submitted } from './submit-tasks.ts';
export type { TaskService } from './task-service.ts';
export { createTaskService } from './task-service.ts';
export { planJob, planRequests } from './jobs/plan.ts';
export { startTargetWatch } from './watch-targets.ts';
export { createTaskCommands, type TaskCommands } from './commands.ts';
export { createTaskQueries, taskFilter, type TaskQueries } from './queries.ts';
export { createPlanner, type MadePlan, type Planner } from './planner.ts';
export { createFindPlans, type FindPlans, type PlanView, type RevisionKey } from './plan-views.ts';
