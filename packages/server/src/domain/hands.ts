import type { Caller, Principal } from './principal.ts';

/** Who could have cast a vote besides the one it is counted for. */
export interface Vote {
  readonly reviewerId: string;
  /** Those who had a hand in the reviewer or in what they came with. */
  readonly handIds: readonly string[];
  /** Those of them who could have cast it alone. */
  readonly makerIds: readonly string[];
}

/** Everybody behind a call but the caller and its owner. */
export const handsBehind = ({ handIds, credential }: Caller): readonly string[] => [
  ...new Set([...handIds, ...credential.handIds]),
];

/** What is made through a call comes from these hands: the caller's first. */
export const handsOfMaker = ({ id, credential }: Caller): readonly string[] => [
  ...new Set([id, ...credential.handIds]),
];

/** Everybody whose word on a submission would be a word on their own work. */
export const ownHands = (
  requester: Pick<Principal, 'id' | 'ownerId'>,
  handIds: readonly string[],
): readonly string[] => [
  ...new Set([requester.id, ...(requester.ownerId === null ? [] : [requester.ownerId]), ...handIds]),
];

/**
 * The vote of a caller. Who made a key can use it. Who made a sign-in link could have followed it, but a
 * person who was there before can tell; only who made the person as well answers to nobody.
 */
export const voteOf = (caller: Caller): Vote => {
  const { kind, handIds } = caller.credential;
  return {
    reviewerId: caller.id,
    handIds: handsBehind(caller),
    makerIds: kind === 'API_KEY' ? handIds : handIds.filter((id) => caller.handIds.includes(id)),
  };
};

/** Whether one person could have cast both: somebody who could have cast one alone had a hand in the other. */
export const isOneHand = (one: Vote, other: Vote): boolean =>
  canCast(one).some((id) => touched(other).includes(id)) ||
  canCast(other).some((id) => touched(one).includes(id));

const canCast = ({ reviewerId, makerIds }: Vote): readonly string[] => [reviewerId, ...makerIds];
const touched = ({ reviewerId, handIds }: Vote): readonly string[] => [reviewerId, ...handIds];

/** Of votes in their order, those that surely come from different people. */
export const distinctVotes = <Cast extends Vote>(votes: readonly Cast[]): readonly Cast[] => {
  const distinct: Cast[] = [];
  for (const vote of votes) if (!distinct.some((counted) => isOneHand(counted, vote))) distinct.push(vote);
  return distinct;
};
