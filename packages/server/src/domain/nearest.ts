/** Longer words are not compared: whoever sends one did not misspell a name. */
const longestWord = 100;
const mostNames = 3;

/**
 * Which names somebody may have meant by a word, the likeliest first; none where all are far from it. For
 * lists that the caller may read anyway.
 */
export const nearestNames = (word: string, names: readonly string[]): string[] => {
  if (word.length > longestWord) return [];
  const given = word.toLowerCase();
  const most = Math.max(1, Math.floor(word.length * 0.4));
  const near = names
    .map((name) => ({ name, distance: distanceOf(given, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  // What is much farther than the nearest was not meant.
  return near
    .filter(({ distance }) => distance <= (near[0]?.distance ?? 0) + 1)
    .slice(0, mostNames)
    .map(({ name }) => name);
};

/** As the end of a sentence: `; did you mean "task.succeeded"?`, or nothing. */
export const meantPerhaps = (word: string, names: readonly string[]): string => {
  const nearest = nearestNames(word, names).map((name) => `"${name}"`);
  return nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`;
};

/** How many letters must change, come or go (Levenshtein). */
const distanceOf = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
