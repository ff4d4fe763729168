import type { ApprovalDetail } from '../approval-detail.ts';
import type { DecisionRefusal } from '../decide/sent-decisions.tsx';

/**
 * What is left to say of a decision that got no answer once how the request stands was read again: that it did
 * not arrive, or nothing, because the request itself shows it.
 */
export const knownSince = (
  refusal: DecisionRefusal | null,
  approval: Pick<ApprovalDetail, 'viewerCanApprove' | 'viewerCanReject'>,
  answeredAtMs: number,
): DecisionRefusal | null => {
  if (refusal?.sinceMs === undefined || answeredAtMs <= refusal.sinceMs) return refusal;
  return approval.viewerCanApprove || approval.viewerCanReject
    ? { code: 'NOT_ARRIVED', message: 'Your decision did not arrive; the request stands as before.' }
    : null;
};
