import { unreadablePlan, viewerRights, type Reviews, type ViewerRights } from '../../domain/approval.ts';
import type { Stop } from '../../domain/decision.ts';
import { approvingIsStopped } from '../../domain/kill-switch.ts';
import type { ApprovalRequest } from '../../domain/approval-request.ts';
import type { Voter } from '../../domain/stand-in.ts';

/** What a door has loaded of a request, or loads when it is asked. */
export interface RequestSurroundings {
  readonly reviews: Reviews;
  /** Whether people can be shown the plan as it was made. */
  readonly canBeShown: () => Promise<boolean>;
  /** What stops its work now. */
  readonly findStop: () => Promise<Stop | null>;
  readonly now: Date;
}

/** What the viewer may do about a request now. Nobody decides on a plan that cannot be shown. */
export const viewerRightsOn = async (
  request: ApprovalRequest,
  viewer: Voter & { readonly hasPasskey?: boolean },
  { reviews, canBeShown, findStop, now }: RequestSurroundings,
): Promise<ViewerRights> => {
  const rights = viewerRights(request, reviews, viewer, now);
  if (request.status !== 'PENDING') return rights;
  if (await canBeShown()) {
    const stop = rights.canApprove ? await findStop() : null;
    return stop ? { ...rights, canApprove: false, approvalRefusal: approvingIsStopped(stop) } : rights;
  }
  const ineligibility = rights.ineligibility ?? unreadablePlan;
  return { ...rights, canApprove: false, canReject: false, ineligibility, approvalRefusal: ineligibility };
};
