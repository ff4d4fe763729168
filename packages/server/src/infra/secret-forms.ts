import { viewOf, withoutEscapes } from './text-view.ts';

/** What to look for, as bytes in lower case: a platform may have changed the case of what it gives back. */
export interface SecretForms {
  /** As it is; a blank stands for a plus as well. */
  readonly plain: readonly string[];
  /** In base64, base32 and hexadecimal, with the letters of plain base64. */
  readonly coded: readonly string[];
}

/** Shorter values would cut ordinary words out of answers, and could not be kept out of the record. */
export const shortestSecret = 6;

export const formsOf = (secrets: readonly string[]): SecretForms => {
  const values = [...new Set(secrets.flatMap(partsOf))].filter(({ length }) => length >= shortestSecret);
  const bytes = [
    ...new Set(values.flatMap((value) => [value, ...inUtf16(value)]).flatMap((form) => [form, inUtf8(form)])),
  ];
  return {
    plain: [...new Set(bytes.flatMap(unescapedForms).map(asPlain))],
    coded: [...new Set(bytes.flatMap(codedForms).map(asCoded))],
  };
};

export const asPlain = (text: string): string => text.toLowerCase().replaceAll('+', ' ');
export const asCoded = (text: string): string => text.toLowerCase().replaceAll('-', '+').replaceAll('_', '/');

/** A header's value, and what of it is the secret itself: `Bearer x`, `Basic` with a name and a password. */
const partsOf = (value: string): string[] => {
  const [, scheme, credential] = /^([\w-]+) +(\S.*)$/.exec(value) ?? [];
  if (credential === undefined) return [value];
  if (scheme?.toLowerCase() !== 'basic') return [value, credential];
  const pair = Buffer.from(credential, 'base64').toString('latin1');
  return [value, credential, pair, pair.slice(pair.indexOf(':') + 1)];
};

const inUtf8 = (latin1: string): string => Buffer.from(latin1, 'utf8').toString('latin1');

/** Either end first. */
const inUtf16 = (latin1: string): string[] => {
  const bytes = Buffer.from(latin1, 'utf16le');
  return [bytes.toString('latin1'), bytes.swap16().toString('latin1')];
};

/** A value that looks escaped itself is resolved along with the text around it. */
const unescapedForms = (value: string): string[] => {
  const once = withoutEscapes(viewOf(value))?.text;
  return [value, once ?? value, (once && withoutEscapes(viewOf(once))?.text) ?? value].filter(
    ({ length }) => length >= shortestSecret,
  );
};

const codedForms = (value: string): string[] => {
  const bytes = Buffer.from(value, 'latin1');
  return [
    bytes.toString('hex'),
    ...[0, 1, 2].map((before) => base64Core(bytes, before)),
    ...[0, 1, 2, 3, 4].map((before) => base32Core(bytes, before)),
  ];
};

/** The letters that stand in base64 whatever comes before (so many bytes, modulo three) and after. */
const base64Core = (bytes: Buffer, before: number): string => {
  const letters = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return letters.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
};

const base32Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The same in base32, of five bytes each. */
const base32Core = (bytes: Buffer, before: number): string => {
  let letters = '';
  for (let at = Math.ceil((before * 8) / 5); at < Math.floor(((before + bytes.length) * 8) / 5); at += 1) {
    const bit = at * 5 - before * 8;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    letters += base32Letters.charAt((pair >> (11 - (bit & 7))) & 31);
  }
  return letters;
};
