/** Says how much runs without a person, for everybody and for each agent, as administrators set it over the policy. */
export { createKnownAutonomy, type KnownAutonomy } from './known-autonomy.ts';
export { createAutonomyCommands, type AutonomyCommands } from './commands.ts';
export { createAutonomyQueries, type Agent, type AutonomyQueries, type PolicyLevels } from './queries.ts';
