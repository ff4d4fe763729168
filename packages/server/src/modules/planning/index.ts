/** Plans tasks without side effects, and keeps every revision of a plan. */
export type { MadePlan, Planner } from './planner.ts';
export type { PlanReader, ReadPlan } from './plan-reader.ts';
export type { PlanStore } from './plan-store.ts';
export { createPlanner } from './planner.ts';
export { isStepShownAsPlanned } from './shown-digest.ts';
export { createPrepareActions, type Preparations, type PrepareActions } from './prepare-actions.ts';
export { planReader } from './plan-reader.ts';
export { createPlanStore } from './plan-store.ts';
export type { PlanTypes } from './plan-schema.ts';
export { addPlanSchema } from './plan-schema.ts';
