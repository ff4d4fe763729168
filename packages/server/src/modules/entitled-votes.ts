import type { Vote } from '../domain/hands.ts';
import { hasRight, type Right } from '../domain/principal.ts';
import type { FindPrincipal } from '../record/access-store.ts';

/** Of words that wait for others, those of people who could give them still: none is worth more than the right to it. */
export const entitledVotes = async <Word extends Vote>(
  findPrincipal: FindPrincipal,
  words: readonly Word[],
  right: Right,
): Promise<readonly Word[]> => {
  const people = await Promise.all(words.map(({ reviewerId }) => findPrincipal(reviewerId)));
  return words.filter((_, at) => {
    const person = people[at];
    return person != null && hasRight(person, right);
  });
};
