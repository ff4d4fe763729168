import type { ApprovalRequest } from './approval-request.ts';
import { refusal, type Refusal } from './errors.ts';
import type { PlanPresentation } from './plan.ts';

/** Why a request is not approved together with others; null where it may be. A rejection always may. */
export const singleReviewReason = (
  { risk }: Pick<ApprovalRequest, 'risk'>,
  { steps }: PlanPresentation,
): Refusal | null => {
  if (risk === 'HIGH' || risk === 'CRITICAL')
    return refusal('NOT_ELIGIBLE', `Its risk is ${risk.toLowerCase()}: approve it by itself.`);
  if (steps.some(({ category, reversible }) => category !== 'READ' && !reversible))
    return refusal('NOT_ELIGIBLE', 'Not all of it can be undone: approve it by itself.');
  const weighty = steps.flatMap(({ findings }) => findings).find(({ severity }) => isWeighty(severity));
  return weighty ? refusal('NOT_ELIGIBLE', `Approve it by itself: ${weighty.message}`) : null;
};

const isWeighty = (severity: ApprovalRequest['risk']): boolean =>
  severity === 'HIGH' || severity === 'CRITICAL';
