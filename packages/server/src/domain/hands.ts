import type { Caller, Principal } from './principal.ts';
import type { Voter } from './stand-in.ts';

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

/**
 * Who could have called so alone, besides the caller. Who made a key can use it. Who made a sign-in link could have
 * followed it, but a person who was there before can tell; only who made the person as well answers to nobody.
 */
const makersOf = ({ handIds, credential }: Caller): readonly string[] =>
  credential.kind === 'API_KEY'
    ? credential.handIds
    : credential.handIds.filter((id) => handIds.includes(id));

/** Whether one of these could have called so in the place of the caller. */
export const couldBe = (caller: Caller, ids: readonly string[]): boolean =>
  makersOf(caller).some((id) => ids.includes(id));

/** Whether somebody else could have called so. */
export const isBorrowed = (caller: Caller): boolean => makersOf(caller).some((id) => id !== caller.id);

/** Everybody whose word on a submission would be a word on their own work. */
export const ownHands = (
  requester: Pick<Principal, 'id' | 'ownerId'>,
  handIds: readonly string[],
): readonly string[] => [
  ...new Set([requester.id, ...(requester.ownerId === null ? [] : [requester.ownerId]), ...handIds]),
];

/** The vote of a caller. Whoever decides in another's place and that other are one hand, and so is who sent them. */
export const voteOf = (caller: Voter): Vote => {
  const sent = (caller.standsFor ?? []).flatMap(({ id, delegatedById }) => [id, delegatedById]);
  return {
    reviewerId: caller.id,
    handIds: [...new Set([...handsBehind(caller), ...sent])].filter((id) => id !== caller.id),
    makerIds: makersOf(caller),
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
