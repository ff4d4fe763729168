import type { Specialist } from './specialist.ts';

/** Words of a text, in lower case. */
export const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const speaksFor = (word: string, stem: string): boolean =>
  word === stem || (stem.length > 3 && word.startsWith(stem));

/**
 * Who takes a goal: who most of its words speak for, and of equals whose word comes first. Null where no word speaks
 * for anybody. Decided by the requester's words alone: nothing that is read later chooses who reads.
 */
export const routeGoal = (goal: string, specialists: readonly Specialist[]): Specialist | null => {
  const words = wordsOf(goal);
  const ranked = specialists
    .map((specialist) => {
      const places = words.flatMap((word, place) =>
        specialist.words.some((stem) => speaksFor(word, stem)) ? [place] : [],
      );
      return { specialist, count: places.length, first: places[0] ?? Number.POSITIVE_INFINITY };
    })
    .toSorted((one, other) => other.count - one.count || one.first - other.first);
  const [best] = ranked;
  return best && best.count > 0 ? best.specialist : null;
};
