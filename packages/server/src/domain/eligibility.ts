import { standingVotes, type ApprovalRequest, type CountedReview, type Review } from './approval-request.ts';
import { refusal, type Refusal } from './errors.ts';
import { isOneHand, voteOf } from './hands.ts';
import { hasRight, type Caller, type Credential, type Principal } from './principal.ts';
import { groupsOf, wouldMeet, type Asked } from './quorum.ts';

/** What of a request says who may decide on it. */
export type Addressed = Pick<ApprovalRequest, 'excludedIds' | 'tenantId' | 'vetoGroups' | keyof Asked>;

export const unknownRequest = refusal('RESOURCE_NOT_FOUND', 'There is no such approval request.');

/** Why a principal may not decide at all, whatever the state; null where they may. */
export const ineligibility = (request: Addressed, reviewer: Principal): Refusal | null => {
  if (reviewer.tenantId !== request.tenantId) return unknownRequest;
  if (reviewer.type !== 'HUMAN') {
    return refusal('NOT_ELIGIBLE', 'Only a person can decide; agents and services cannot.');
  }
  if (request.excludedIds.includes(reviewer.id)) {
    return refusal(
      'SELF_APPROVAL',
      'You asked for this, own who did, or made them or what they called with: somebody else decides.',
    );
  }
  if (!hasRight(reviewer, 'DECIDE')) {
    return refusal('NOT_ELIGIBLE', 'Only people with the approver role can decide this.');
  }
  return isAsked(request, reviewer) ? null : notAsked(request);
};

const isAsked = (request: Addressed, { groups }: Pick<Principal, 'groups'>): boolean => {
  const asked = groupsOf(request);
  return asked === null || [...asked, ...request.vetoGroups].some((group) => groups.includes(group));
};

const notAsked = (request: Addressed): Refusal => {
  const groups = [...new Set([...(groupsOf(request) ?? []), ...request.vetoGroups])];
  return refusal('NOT_ELIGIBLE', `Only members of ${groups.join(' or ')} can decide this.`);
};

/** Why nobody decides with this credential; null where they may. */
const unfitCredential = (
  { environment }: Pick<ApprovalRequest, 'environment'>,
  { decidesIn }: Credential,
): Refusal | null =>
  decidesIn.includes(environment)
    ? null
    : refusal(
        'NOT_ELIGIBLE',
        `This API key does not decide in ${environment.toLowerCase()}. Sign in to the console and decide there.`,
      );

const oneHand = refusal(
  'SELF_APPROVAL',
  'Somebody who approved this made what you call with, or both of you call with what one person made: it counts once. ' +
    'Sign in with a link from another administrator or from the operator of the machine.',
);

/** Why this caller cannot decide; null where they can. */
export const callerFault = (
  request: ApprovalRequest,
  reviews: readonly Review[],
  reviewer: Caller,
): Refusal | null => {
  const vote = voteOf(reviewer);
  const others = standingVotes(reviews, request.planHash).filter(
    ({ reviewerId }) => reviewerId !== reviewer.id,
  );
  return (
    ineligibility(request, reviewer) ??
    unfitCredential(request, reviewer.credential) ??
    (others.some((other) => isOneHand(other, vote)) ? oneHand : null)
  );
};

/**
 * Why nobody's word could be enough as things are: too few people of this tenant may approve it. Null where enough
 * may. `people` are those who may act.
 */
export const peopleLack = (request: Addressed, people: readonly Principal[]): string | null => {
  const able = people.filter((person) => ineligibility(request, person) === null);
  const votes = able.map(({ id, groups }) => ({ reviewerId: id, groups, stage: 1 }));
  if (wouldMeet(request, votes)) return null;
  const groups = groupsOf(request);
  const whom = groups === null ? '' : ` of ${groups.join(' and ')}`;
  const asked = request.required === 1 ? 'One person' : `${request.required} people`;
  const few = able.length === 0 ? 'nobody here may' : `only ${able.length} here may`;
  const here = able.length < request.required ? few : 'not enough of each are here';
  return `${asked}${whom} must approve this, and ${here}.`;
};

/** The reviews of those who may still decide: a vote is worth no more than its voter's right to it. */
export const countedReviews = (
  request: Addressed,
  reviews: readonly Review[],
  reviewers: readonly Principal[],
): readonly CountedReview[] => {
  const eligible = new Map(
    reviewers.flatMap((reviewer) =>
      ineligibility(request, reviewer) ? [] : [[reviewer.id, reviewer.groups]],
    ),
  );
  return reviews.flatMap((review) => {
    const groups = eligible.get(review.reviewerId);
    return groups ? [{ ...review, groups }] : [];
  });
};
