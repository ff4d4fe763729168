/** Asks people: requests bound to one plan hash, votes, expiry and the undo window. */
export type { ApprovalService } from './approval-service.ts';
export type { Decided } from './decide-approvals.ts';
export type { DecideCommand } from './decision-batch.ts';
export { createApprovalService, createAsVoter } from './approval-service.ts';
export { createDelegationOperations, type DelegationOperations } from './delegations.ts';
export { createHabitQueries, type HabitQueries } from './habits.ts';
export { createOnlookerQueries, type OnlookerQueries, type Onlookers } from './onlookers.ts';
export {
  createApprovalLinks,
  createLinkCommands,
  type ApprovalLinks,
  type FollowedLink,
  type LinkCommands,
  type MadeLink,
} from './links.ts';
export { turnJob } from './jobs/turn.ts';
export { startDueApprovals } from './due-approvals.ts';
export { createReleaseTasks } from './release-tasks.ts';
export { createApprovalCommands, type ApprovalCommands, type DecidedItem } from './commands.ts';
export { createApprovalQueries, type ApprovalQueries } from './queries.ts';
export { workOf } from './work-of.ts';
export { viewerRightsOn } from './approval-views.ts';
