/** Plans tasks without side effects, and keeps every revision of a plan. */
export type { MadePlan, Planner } from './planner.ts';
export { createPlanner } from './planner.ts';
export { createPrepareActions, type Preparations, type PrepareActions } from './prepare-actions.ts';
