import { accepted, refusal, refused, type Outcome } from './errors.ts';
import { distinctVotes, type Vote } from './hands.ts';

/** A person's word that waits until others say the same. */
export interface Ask extends Vote {
  /** The person, by name. */
  readonly by: string;
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** Until when a word counts, where it holds for so long. */
export const askEndsAt = ({ at }: Pick<Ask, 'at'>, holdsMs: number): Date =>
  new Date(Date.parse(at) + holdsMs);

/** The words that count still. */
export const standingAsks = <Each extends Pick<Ask, 'at'>>(
  asks: readonly Each[],
  holdsMs: number,
  now: Date,
): readonly Each[] => asks.filter((each) => now < askEndsAt(each, holdsMs));

/** Standing words for the same thing with one more, no two of them one hand; a hand that spoke already waits for others. */
export const withAsk = <Each extends Ask>(
  same: readonly Each[],
  ask: Each,
  required: number,
): Outcome<{ readonly asks: readonly Each[]; readonly isEnough: boolean }> => {
  const asks = distinctVotes([...same, ask]);
  if (asks.length >= required) return accepted({ asks, isEnough: true });
  return asks.length <= same.length ? refused(askedAlready) : accepted({ asks, isEnough: false });
};

const askedAlready = refusal(
  'NOT_ELIGIBLE',
  'You have asked for this already, or somebody whose hand is yours: a second person must.',
);
