/** Takes people's standing grants, offers them after like approvals, and says which hold. */
export { createGrantCommands, type GrantCommands } from './commands.ts';
export { createGrantQueries, type GrantQueries } from './queries.ts';
export { createKnownGrants, type KnownGrants } from './known-grants.ts';
export { createGrantViews, grantRefusals, type GrantViews, type LetThrough } from './grant-views.ts';
