import { unreadablePlan, viewerRights, type ApprovalRequest, type Review } from '../../domain/approval.ts';
import type { Caller } from '../../domain/principal.ts';

/** What a door has loaded of a request, or loads when it is asked. */
export interface RequestSurroundings {
  readonly reviews: readonly Review[];
  /** Whether people can be shown the plan as it was made. */
  readonly canBeShown: () => Promise<boolean>;
  readonly now: Date;
}

/** What the viewer may do about a request now. Nobody decides on a plan that cannot be shown. */
export const viewerRightsOn = async (
  request: ApprovalRequest,
  viewer: Caller,
  { reviews, canBeShown, now }: RequestSurroundings,
): Promise<ReturnType<typeof viewerRights>> => {
  const rights = viewerRights(request, reviews, viewer, now);
  if (request.status !== 'PENDING' || (await canBeShown())) return rights;
  const ineligibility = rights.ineligibility ?? unreadablePlan;
  return { ...rights, canApprove: false, canReject: false, ineligibility };
};
