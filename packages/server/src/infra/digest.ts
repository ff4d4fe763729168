import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** RFC 8785 canonical JSON: the one text of a value, whatever the order of its keys. */
export const canonicalJson = (value: unknown): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('This value has no JSON form.');
  return text;
};

/** Lower-case hex. `domain` keeps hashes of different kinds of text apart. */
export const sha256 = (text: string, domain = ''): string => hash('sha256', domain + text);
