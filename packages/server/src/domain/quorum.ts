/** How many of whom; of anybody who may decide where the group is null. */
export interface Need {
  readonly group: string | null;
  readonly required: number;
  /** The group that was asked, where somebody approved in its place. */
  readonly insteadOf?: string;
}

/** Of one stage; the gate in the database counts no more. */
export const mostNeeds = 4;

/** What is asked for at once. Its needs are met in any order, and by different people. */
export interface Stage {
  readonly name: string;
  readonly needs: readonly Need[];
}

/** Who is asked: stage after stage, or so many of anybody where there are no stages. */
export interface Asked {
  readonly required: number;
  readonly stages: readonly Stage[];
}

/** A vote that counts, in the stage that it was given in, from 1. */
export interface StagedVote {
  readonly reviewerId: string;
  /** Those that the reviewer is a member of by now. */
  readonly groups: readonly string[];
  readonly stage: number;
}

export interface NeedProgress extends Need {
  readonly reviewerIds: readonly string[];
}

export interface StageProgress {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly needs: readonly NeedProgress[];
  readonly isMet: boolean;
}

export interface Progress {
  readonly stages: readonly StageProgress[];
  /** The first that is not met; null where all are. */
  readonly open: StageProgress | null;
  /** How many of the votes meet a need. */
  readonly given: number;
}

export const stagesOf = ({ required, stages }: Asked): readonly Stage[] =>
  stages.length > 0 ? stages : [{ name: '', needs: [{ group: null, required }] }];

export const requiredOf = (stages: readonly Stage[]): number =>
  stages.flatMap(({ needs }) => needs).reduce((sum, { required }) => sum + required, 0);

type Voter = Pick<StagedVote, 'reviewerId' | 'groups'>;

const isOf = ({ groups }: Pick<Voter, 'groups'>, { group }: Need): boolean =>
  group === null || groups.includes(group);

/**
 * The votes that meet each need, each vote one need at most, and as many needs as can be met at once: whoever
 * could stand for two groups stands for the one that nobody else stands for.
 */
const meet = (needs: readonly Need[], voters: readonly Voter[]): readonly NeedProgress[] => {
  const met = needs.map((need) => ({ ...need, voters: [] as Voter[] }));
  const place = (voter: Voter, tried: Set<unknown>): boolean =>
    met.some((need) => {
      if (tried.has(need) || !isOf(voter, need)) return false;
      tried.add(need);
      if (need.voters.length >= need.required) {
        const moved = need.voters.findIndex((other) => place(other, tried));
        if (moved < 0) return false;
        need.voters.splice(moved, 1);
      }
      need.voters.push(voter);
      return true;
    });
  for (const voter of voters) place(voter, new Set());
  return met.map(({ voters: by, ...need }) => ({
    ...need,
    reviewerIds: by.map(({ reviewerId }) => reviewerId),
  }));
};

const isFull = ({ required, reviewerIds }: NeedProgress): boolean => reviewerIds.length >= required;

/** How far the votes have come, each counted in the stage that it was given in. */
export const progressOf = (asked: Asked, votes: readonly StagedVote[]): Progress => {
  const stages = stagesOf(asked).map(({ name, needs }, index): StageProgress => {
    const number = index + 1;
    const progress = meet(
      needs,
      votes.filter(({ stage }) => stage === number),
    );
    return { number, name, needs: progress, isMet: progress.every(isFull) };
  });
  const all = stages.flatMap(({ needs }) => needs);
  return {
    stages,
    open: stages.find(({ isMet }) => !isMet) ?? null,
    given: all.reduce((sum, { reviewerIds }) => sum + reviewerIds.length, 0),
  };
};

/** Whether the people behind the votes would be enough for other terms too, whatever they were asked for. */
export const wouldMeet = (asked: Asked, votes: readonly StagedVote[]): boolean =>
  meet(
    stagesOf(asked).flatMap(({ needs }) => needs),
    votes,
  ).every(isFull);

/** The groups that are asked for their approval, and those in whose place others gave it; null where anybody's is. */
export const groupsOf = (asked: Asked): readonly string[] | null => {
  const groups = stagesOf(asked).flatMap(({ needs }) =>
    needs.flatMap(({ group, insteadOf }) => (insteadOf === undefined ? [group] : [insteadOf, group])),
  );
  const named = groups.filter((group) => group !== null);
  return named.length < groups.length ? null : [...new Set(named)];
};

/** `1 more of platform-leads and 2 more people`. */
export const missingWords = ({ needs }: StageProgress): string =>
  needs
    .filter((need) => !isFull(need))
    .map(({ group, required, reviewerIds }) => {
      const missing = required - reviewerIds.length;
      if (group !== null) return `${missing} more of ${group}`;
      return missing === 1 ? '1 more person' : `${missing} more people`;
    })
    .join(' and ');
