import { unreadablePlan, viewerRights, type Reviews, type ViewerRights } from '../../domain/approval.ts';
import type { ApprovalRequest } from '../../domain/approval-request.ts';
import type { Caller } from '../../domain/principal.ts';

/** What a door has loaded of a request, or loads when it is asked. */
export interface RequestSurroundings {
  readonly reviews: Reviews;
  /** Whether people can be shown the plan as it was made. */
  readonly canBeShown: () => Promise<boolean>;
  readonly now: Date;
}

/** What the viewer may do about a request now. Nobody decides on a plan that cannot be shown. */
export const viewerRightsOn = async (
  request: ApprovalRequest,
  viewer: Caller,
  { reviews, canBeShown, now }: RequestSurroundings,
): Promise<ViewerRights> => {
  const rights = viewerRights(request, reviews, viewer, now);
  if (request.status !== 'PENDING' || (await canBeShown())) return rights;
  const ineligibility = rights.ineligibility ?? unreadablePlan;
  return { ...rights, canApprove: false, canReject: false, ineligibility, approvalRefusal: ineligibility };
};
