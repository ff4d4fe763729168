import { asCoded, asPlain, formsOf } from './secret-forms.ts';
import { notations, spanIn, viewOf, withoutBreaks, withoutEscapes, type TextView } from './text-view.ts';
import { isPacked, unpacked } from './unpacked.ts';

/** Takes secrets out of what others wrote, in every form in which they may have been given back. */
export interface Redactor {
  readonly text: (text: string) => string;
  readonly bytes: (bytes: Buffer) => Buffer;
  /** Every text within, names and numbers too. */
  readonly json: <Value>(value: Value) => Value;
  /**
   * How many bytes one secret takes at most. Whoever cuts keeps so much more until it was redacted: of half a
   * secret nobody can tell that it is one.
   */
  readonly reachBytes: number;
}

type Span = readonly [start: number, end: number];

/** What stands where a secret was. */
export const secretMark = '[secret]';
/** How often something may be escaped within something escaped. */
const maxEscapes = 4;
/** How deep something may be coded within something coded. */
const maxCodings = 2;
/** Of each byte, `&amp;#x0041;` and the like. */
const longestForm = 16;

export const createRedactor = (secrets: readonly string[]): Redactor => {
  const forms = formsOf(secrets);
  const reachBytes = Math.max(0, ...secrets.map((value) => Buffer.byteLength(value) * longestForm));
  if (forms.plain.length === 0) {
    return { text: (text) => text, bytes: (bytes) => bytes, json: (value) => value, reachBytes };
  }

  /** Where secrets stand. With `codings` left, what is coded or packed is looked into as well. */
  const find = (bytes: string, codings: number): Span[] => {
    const spans: Span[] = [];
    for (const view of readings(bytes)) {
      spans.push(...occurrences(view, asPlain(view.text), forms.plain, false));
      for (const codes of [view, withoutBreaks(view)]) {
        if (codes) spans.push(...occurrences(codes, asCoded(codes.text), forms.coded, true));
      }
      if (codings > 0) spans.push(...codesAround(view, (inner) => holds(inner, codings - 1)));
    }
    return spans;
  };
  /** What is too large to be looked at may hold anything. */
  const holds = (bytes: string, codings: number): boolean =>
    find(bytes, codings).length > 0 ||
    unpacked(bytes).some((inner) => inner === null || find(inner, codings).length > 0);

  const redact = (bytes: string): string | null => {
    const spans = find(bytes, maxCodings);
    return spans.length === 0 ? null : replaced(bytes, spans);
  };
  const redactBytes = (bytes: string): string | null => {
    const isPacked = unpacked(bytes).some((inner) => inner === null || holds(inner, maxCodings));
    return isPacked ? secretMark : redact(bytes);
  };
  const text = (given: string): string => {
    const found = redact(Buffer.from(given, 'utf8').toString('latin1'));
    return found === null ? given : Buffer.from(found, 'latin1').toString('utf8');
  };
  const json = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return text(String(value)) === String(value) ? value : secretMark;
    if (Array.isArray(value)) return value.map(json);
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [text(name), json(child)]));
  };
  return {
    text,
    bytes: (given) => {
      const found = redactBytes(given.toString('latin1'));
      return found === null ? given : Buffer.from(found, 'latin1');
    },
    json: json as Redactor['json'],
    reachBytes,
  };
};

/**
 * Text as it stands, and as whoever knows its notation reads it. Each notation alone as well: what one of them
 * takes for an escape, another writes as it is.
 */
function* readings(bytes: string): Generator<TextView> {
  const source = viewOf(bytes);
  yield source;
  for (const known of [notations, ...notations.map((notation) => [notation])]) {
    let view = withoutEscapes(source, known);
    for (let level = 1; view && level <= maxEscapes; level += 1, view = withoutEscapes(view, known))
      yield view;
  }
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

const occurrences = (
  view: TextView,
  searched: string,
  needles: readonly string[],
  isCoded: boolean,
): Span[] => {
  const spans: Span[] = [];
  for (const needle of needles) {
    for (let at = searched.indexOf(needle); at !== -1; at = searched.indexOf(needle, at + 1)) {
      // The letters of base64 beside it hold a few bits of it, too.
      const from = isCoded && isLetter(searched[at - 1]) ? at - 1 : at;
      const to = at + needle.length;
      spans.push(spanIn(view, from, isCoded && isLetter(searched[to]) ? to + 1 : to));
    }
  }
  return spans;
};

const isLetter = (character: string | undefined): boolean =>
  character !== undefined && /[a-z0-9+/]/.test(character);

/** Long runs of base64 or hexadecimal in which there is what is looked for once they are decoded. */
const codesAround = (view: TextView, holds: (bytes: string) => boolean): Span[] =>
  [...view.text.matchAll(/[A-Za-z0-9+/_-]{16,}/g)]
    .filter(({ 0: code }) => decodings(code).some((bytes) => isMeant(bytes) && holds(bytes)))
    .map(({ index, 0: code }) => spanIn(view, index, index + code.length));

/** Letters of the code's alphabet that come before it shift what it says. */
const decodings = (code: string): string[] => [
  ...[0, 1, 2, 3].map((shift) => Buffer.from(code.slice(shift), 'base64').toString('latin1')),
  ...(/^[0-9a-f]+$/i.test(code)
    ? [0, 1].map((shift) => Buffer.from(code.slice(shift), 'hex').toString('latin1'))
    : []),
];

/** Whether somebody coded this, and it is not just a word that reads like a code: it is text, or is packed. */
const isMeant = (bytes: string): boolean => isPacked(bytes) || /[\t\n\r\x20-\x7e]{8}/.test(bytes);

const replaced = (bytes: string, spans: readonly Span[]): string => {
  const parts: string[] = [];
  let done = 0;
  for (const [start, end] of spans.toSorted((one, other) => one[0] - other[0])) {
    if (start >= done) parts.push(bytes.slice(done, start), secretMark);
    done = Math.max(done, end);
  }
  return parts.join('') + bytes.slice(done);
};
