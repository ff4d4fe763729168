/** Asks people: requests bound to one plan hash, votes, expiry and the undo window. */
export type { ApprovalFilter } from './approval-pages.ts';
export type { ApprovalStore } from './approval-store.ts';
export type { ApprovalService } from './approval-service.ts';
export type { DecideCommand, Decided } from './decide-approvals.ts';
export { createApprovalStore } from './approval-store.ts';
export { createApprovalService } from './approval-service.ts';
export { startDueApprovals } from './due-approvals.ts';
export { addApprovalSchema } from './approval-schema.ts';
