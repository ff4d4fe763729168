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

/**
 * The place that the target of a name lies in, with the mark behind it: `shop@` of shop@main, `https://example.com/v1/`
 * of https://example.com/v1/orders; all of a name without parts.
 */
export const placeOf = (name: string): string => {
  const end = endOfPlace(name);
  return end > 0 ? name.slice(0, end) : name;
};

/** Whether all that a pattern can match is one target, or lies in one place: what stands before its first sign names that. */
export const isOfOnePlace = (pattern: string): boolean => {
  const [known = ''] = pattern.split(/[*?]/, 1);
  return known === pattern || endOfPlace(known) > 0;
};

/** Behind the last mark that ends a part; 0 where there is none. A URL's first part ends with its host: a scheme is none. */
const endOfPlace = (name: string): number => {
  if (/^[a-z][a-z0-9+.-]*:\/{0,2}$/i.test(name)) return 0;
  const host = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(name)?.[0].length ?? 0;
  const mark = Math.max(...['/', '@', '#', ':'].map((each) => name.lastIndexOf(each)));
  return mark > 0 && mark >= host ? mark + 1 : 0;
};

/** Whether a target is a place, or lies in it: the branch of a repository, a message of a channel. */
export const isWithin = (place: string, name: string): boolean =>
  name === place || (name.startsWith(place) && /^[/@#:]/.test(name.slice(place.length)));
