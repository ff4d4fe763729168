/** Plans goals that came without actions: routes each to a specialist, which reads by tools and proposes. */
export { createPlanGoal, type PlanGoalDependencies } from './plan-goal.ts';
export type { GoalTools, ToolAnswered, ToolOffer } from './goal-tools.ts';
export type { Planner, PlanningSession } from './planner-port.ts';
export { createModelPlanner } from './model-planner.ts';
export { createScriptedPlanner } from './scripted/scripted-planner.ts';
export { createAgentQueries, type AgentQueries, type SpecialistView } from './queries.ts';
export { createPlanningViews, type PlanningViews } from './planning-views.ts';
export { startForgettingPrompts } from './forget-prompts.ts';
