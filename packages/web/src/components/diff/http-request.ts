/** The part of a URL that decides who receives it, and the rest, exactly as written. */
export const splitUrl = (url: string): { origin: string; rest: string } => {
  const match = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)(.*)$/isu.exec(url);
  return match ? { origin: match[1] ?? '', rest: match[2] ?? '' } : { origin: url, rest: '' };
};

/** A sentence where the host may not be the one it looks like, or null. */
export const hostWarning = (url: string): string | null => {
  const written = splitUrl(url).origin;
  let host: string;
  try {
    host = new URL(url).hostname;
  } catch {
    return 'This address cannot be read.';
  }
  if (written.includes('@')) return `The part before the @ is a user name; the request goes to ${host}.`;
  const isForeign = host.split('.').some((label) => label.startsWith('xn--'));
  return isForeign
    ? `This host name has letters that can pass for others; written plainly it is ${host}.`
    : null;
};

/** The text without the white space between JSON's own tokens. */
const compacted = (json: string): string => {
  let result = '';
  let isInString = false;
  for (let index = 0; index < json.length; index++) {
    const character = json[index] ?? '';
    if (isInString && character === '\\') {
      result += character + (json[++index] ?? '');
      continue;
    }
    if (character === '"') isInString = !isInString;
    if (isInString || !/\s/u.test(character)) result += character;
  }
  return result;
};

/**
 * JSON indented; anything else as it is. A body that a parser would read differently from what is
 * written, such as one with a key twice, stays as written.
 */
export const prettyBody = (body: string): string => {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return body;
    return JSON.stringify(value) === compacted(body) ? JSON.stringify(value, null, 2) : body;
  } catch {
    return body;
  }
};
