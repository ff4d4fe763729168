/**
 * Whether a name is of a pattern in which `*` stands for any text, slashes included, and `?` for one character.
 * Takes no longer than the name times the pattern, whatever either holds.
 */
export const matchesPattern = (pattern: string, name: string): boolean =>
  pattern.includes('?') ? matchesEach(pattern, name) : matchesPieces(pattern.split('*'), name);

/** Each piece as early as it comes: what looks for a text at once is much faster than a look at each character. */
const matchesPieces = (pieces: readonly string[], name: string): boolean => {
  const [first = '', ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return name === first;
  const end = name.length - last.length;
  if (end < first.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = name.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
};

const matchesEach = (pattern: string, name: string): boolean => {
  let at = 0;
  let seen = 0;
  let star = -1;
  let resumeAt = 0;
  while (seen < name.length) {
    if (at < pattern.length && pattern[at] === '*') {
      star = at;
      resumeAt = seen;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[seen])) {
      at += 1;
      seen += 1;
    } else if (star >= 0) {
      // The last star takes one more.
      at = star + 1;
      resumeAt += 1;
      seen = resumeAt;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
};

/** Whether a target is a place, or lies in it: the branch of a repository, a message of a channel. */
export const isWithin = (place: string, name: string): boolean =>
  name === place || (name.startsWith(place) && /^[/@#:]/.test(name.slice(place.length)));
