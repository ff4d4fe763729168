import { standingVotes, type ApprovalRequest, type CountedReview, type Review } from './approval-request.ts';
import { refusal, type Refusal } from './errors.ts';
import { couldBe, isOneHand, voteOf } from './hands.ts';
import { hasRight, type Caller, type Credential, type Principal } from './principal.ts';
import { groupsOf, wouldMeet, type Asked } from './quorum.ts';
import { isGroupOfOne, voiceOf, type Candidate, type Escalated, type Voter } from './stand-in.ts';

/** What of a request says who may decide on it. */
export type Addressed = Pick<
  ApprovalRequest,
  'excludedIds' | 'tenantId' | 'vetoGroups' | keyof Asked | keyof Escalated
>;

export const unknownRequest = refusal('RESOURCE_NOT_FOUND', 'There is no such approval request.');

/** Why a principal may not decide at all, whatever the state; null where they may. */
export const ineligibility = (request: Addressed, reviewer: Candidate): Refusal | null => {
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
  const away = reviewer.standsFor?.find(({ id }) => request.excludedIds.includes(id));
  if (away) {
    return refusal(
      'SELF_APPROVAL',
      `You decide in the place of ${away.name} now, who may not decide on this: somebody else decides.`,
    );
  }
  if (!hasRight(reviewer, 'DECIDE')) {
    return refusal('NOT_ELIGIBLE', 'Only people with the approver role can decide this.');
  }
  return isAsked(request, reviewer) ? null : notAsked(request);
};

const isAsked = (request: Addressed, reviewer: Candidate): boolean => {
  const asked = groupsOf(request);
  if (asked === null) return true;
  const groups = voiceOf(request, reviewer, asked);
  return [...asked, ...request.vetoGroups].some((group) => groups.includes(group));
};

const notAsked = (request: Addressed): Refusal => {
  const named = (groupsOf(request) ?? []).filter((group) => !isGroupOfOne(group));
  const groups = [...new Set([...named, ...request.vetoGroups])];
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

/** Why a caller does not speak on a request with what they call with: somebody could who may not. Null where they do. */
export const borrowedFault = (
  { excludedIds }: Pick<ApprovalRequest, 'excludedIds'>,
  caller: Caller,
): Refusal | null =>
  couldBe(caller, excludedIds)
    ? refusal(
        'SELF_APPROVAL',
        'What you call with was made by somebody who may not decide on this, and they could call with it: sign in to ' +
          'the console with a link from another administrator or from the operator of the machine.',
      )
    : null;

/** Why no word of weight on a request is given with what somebody calls with; null where it is. */
export const credentialFault = (request: ApprovalRequest, caller: Caller): Refusal | null =>
  unfitCredential(request, caller.credential) ?? borrowedFault(request, caller);

const oneHand = refusal(
  'SELF_APPROVAL',
  'Somebody who approved this made what you call with, both of you call with what one person made, or one of you decides ' +
    "in the other's place: it counts once. Somebody else decides, or sign in with a link from another administrator or " +
    'from the operator of the machine.',
);

/** Why this caller cannot decide; null where they can. */
export const callerFault = (
  request: ApprovalRequest,
  reviews: readonly Review[],
  reviewer: Voter,
): Refusal | null => {
  const vote = voteOf(reviewer);
  const others = standingVotes(reviews, request.planHash).filter(
    ({ reviewerId }) => reviewerId !== reviewer.id,
  );
  return (
    ineligibility(request, reviewer) ??
    credentialFault(request, reviewer) ??
    (others.some((other) => isOneHand(other, vote)) ? oneHand : null)
  );
};

/**
 * Why the approvals that are needed cannot be given as things are: too few people of this tenant may approve it. Null where enough
 * may. `people` are those who may act.
 */
export const peopleLack = (request: Addressed, people: readonly Principal[]): string | null => {
  const able = people.filter((person) => ineligibility(request, person) === null);
  const groups = groupsOf(request);
  const votes = able.map((person) => ({
    reviewerId: person.id,
    groups: voiceOf(request, person, groups ?? []),
    stage: 1,
  }));
  if (wouldMeet(request, votes)) return null;
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
