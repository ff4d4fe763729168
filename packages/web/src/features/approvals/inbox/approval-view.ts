export { approvalViews, type ApprovalView, type Environment } from '@countersign/shared';
