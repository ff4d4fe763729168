import type { Caller, Principal } from './principal.ts';
import { mostNeeds, type Need, type Stage, type StageProgress } from './quorum.ts';

/** Somebody who is away, as one who decides in their place knows them. */
export interface Delegator {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  /** Who said so: they had a hand in what is decided so. */
  readonly delegatedById: string;
}

/** A caller, with those in whose place they decide now. */
export interface Voter extends Caller {
  readonly standsFor?: readonly Delegator[];
}

/** Anybody who might decide; `standsFor` is of callers alone. */
export type Candidate = Principal & Pick<Voter, 'standsFor'>;

const personal = '@';

/** The group of one person alone: what somebody approves in another's place counts for it, and for nobody else. */
export const groupOfOne = (principalId: string): string => `${personal}${principalId}`;
export const isGroupOfOne = (group: string): boolean => group.startsWith(personal);

/** A group as which somebody may approve who is in none that is asked, and the groups that they may do it for. */
interface StandIn {
  readonly group: string;
  readonly insteadOf: (group: string) => boolean;
}

export interface Escalated {
  readonly escalateTo: string | null;
  readonly escalatedAt: Date | null;
}

/** The group that may decide beside those who are asked; null while none may. */
export const escalatedGroup = ({ escalateTo, escalatedAt }: Escalated): string | null =>
  escalatedAt === null ? null : escalateTo;

const standInsOf = (request: Escalated, { id, groups, standsFor = [] }: Candidate): readonly StandIn[] => {
  const added = escalatedGroup(request);
  return [
    ...(added !== null && groups.includes(added) ? [{ group: added, insteadOf: () => true }] : []),
    ...standsFor.map((away) => ({
      group: groupOfOne(id),
      insteadOf: (group: string) => away.groups.includes(group),
    })),
  ];
};

const askedOf = ({ group, insteadOf }: Need): string | null => insteadOf ?? group;

/** Groups in whose name this person may speak: their own, and those of whom they stand in for. */
export const voiceOf = (
  request: Escalated,
  person: Candidate,
  asked: readonly string[],
): readonly string[] => {
  const added = escalatedGroup(request);
  const isAdded = added !== null && person.groups.includes(added);
  const lent = (person.standsFor ?? []).flatMap(({ groups }) => groups);
  return [...person.groups, ...lent, ...(isAdded ? asked : [])];
};

/**
 * Every way in which this person could approve in another's place in a stage: one of those who are asked for is asked
 * of their own group instead. So the request asks for as many as before, and who counts is for anybody to see in it.
 */
export const standingIn = (
  request: Escalated & { readonly stages: readonly Stage[] },
  open: StageProgress,
  person: Candidate,
): readonly (readonly Stage[])[] => {
  const lacking = open.needs.filter(({ required, reviewerIds }) => reviewerIds.length < required);
  return standInsOf(request, person).flatMap(({ group, insteadOf }) =>
    lacking.flatMap((need) => {
      const asked = askedOf(need);
      if (need.group === null || asked === null || need.insteadOf !== undefined || !insteadOf(asked))
        return [];
      const moved = moveOne(request.stages[open.number - 1]?.needs ?? [], asked, group);
      if (moved.length > mostNeeds) return [];
      return [
        request.stages.map((stage, index) =>
          index + 1 === open.number ? { ...stage, needs: moved } : stage,
        ),
      ];
    }),
  );
};

/** Of what is asked of `from`, one is asked of `to` instead. */
const moveOne = (needs: readonly Need[], from: string, to: string): readonly Need[] => {
  const isMoved = (need: Need) => need.group === to && need.insteadOf === from;
  const others = needs.flatMap((need) => {
    if (need.group !== from || need.insteadOf !== undefined) return [need];
    return need.required === 1 ? [] : [{ ...need, required: need.required - 1 }];
  });
  return others.some(isMoved)
    ? others.map((need) => (isMoved(need) ? { ...need, required: need.required + 1 } : need))
    : [...others, { group: to, required: 1, insteadOf: from }];
};

/** The stages, with what nobody stands in for any more asked of its own group again. */
export const settled = (stages: readonly Stage[], progress: readonly StageProgress[]): readonly Stage[] =>
  stages.map((stage, index) => {
    const lacking = (progress[index]?.needs ?? []).flatMap(({ group, insteadOf, required, reviewerIds }) =>
      insteadOf !== undefined && reviewerIds.length < required
        ? [{ group, insteadOf, count: required - reviewerIds.length }]
        : [],
    );
    return lacking.length === 0 ? stage : { ...stage, needs: lacking.reduce(giveBack, stage.needs) };
  });

const giveBack = (
  needs: readonly Need[],
  { group, insteadOf, count }: { group: string | null; insteadOf: string; count: number },
): readonly Need[] => {
  const fewer = needs.flatMap((need) => {
    if (need.group !== group || need.insteadOf !== insteadOf) return [need];
    return need.required === count ? [] : [{ ...need, required: need.required - count }];
  });
  const isAsked = (need: Need) => need.group === insteadOf && need.insteadOf === undefined;
  return fewer.some(isAsked)
    ? fewer.map((need) => (isAsked(need) ? { ...need, required: need.required + count } : need))
    : [...fewer, { group: insteadOf, required: count }];
};

interface CountedVote {
  readonly groups: readonly string[];
  readonly stage: number;
}

/**
 * The votes, each of its voter's groups and of those in whose place it was given, as other terms count it: in place of
 * somebody who is away, or as the group that may decide beside the others by those terms too.
 */
export const inWhosePlace = <Cast extends CountedVote>(
  stages: readonly Stage[],
  votes: readonly Cast[],
  escalateTo: string | null,
): readonly Cast[] =>
  votes.map((vote) => {
    const instead = (stages[vote.stage - 1]?.needs ?? []).flatMap(({ group, insteadOf }) =>
      insteadOf !== undefined &&
      group !== null &&
      vote.groups.includes(group) &&
      (isGroupOfOne(group) || group === escalateTo)
        ? [insteadOf]
        : [],
    );
    return instead.length === 0 ? vote : { ...vote, groups: [...vote.groups, ...instead] };
  });
