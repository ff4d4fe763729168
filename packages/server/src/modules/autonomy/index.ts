/** Says how much runs without a person, for everybody and for each agent, as administrators set it over the policy. */
export { createKnownAutonomy, type KnownAutonomy } from './known-autonomy.ts';
export { createAutonomyCommands, type AutonomyCommands, type SetLevel } from './commands.ts';
export type { AutonomyAskView, AutonomyTerms, AutonomyView } from './level-views.ts';
export { createAutonomyQueries, type Agent, type AutonomyQueries } from './queries.ts';
