/** Asks people: requests bound to one plan hash, votes, expiry and the undo window. */
export type { ApprovalService } from './approval-service.ts';
export type { DecideCommand, Decided } from './decide-approvals.ts';
export { createApprovalService } from './approval-service.ts';
export { startDueApprovals } from './due-approvals.ts';
export { createReleaseTasks } from './release-tasks.ts';
export { createApprovalCommands, type ApprovalCommands, type DecidedItem } from './commands.ts';
export { createApprovalQueries, type ApprovalQueries } from './queries.ts';
export { viewerRightsOn } from './approval-views.ts';
