export type { Environment } from '@countersign/shared';

/** Which requests the inbox shows. */
export const approvalViews = ['MINE', 'ALL', 'DECIDED'] as const;
export type ApprovalView = (typeof approvalViews)[number];
