import { atOnce, createYieldingRunner, type YieldingWork } from './yielding-work.ts';
import { asCoded, asPlain, formsOf, type SecretForms } from './secret-forms.ts';
import {
  notations,
  spanIn,
  viewOf,
  withoutBreaks,
  withoutEscapes,
  withoutLists,
  type TextView,
} from './text-view.ts';
import { isCompressed, decompressed, type Room } from './decompress.ts';

/** Takes secrets out of what others wrote, in every form in which they may have been given back. */
export interface Redactor {
  /** At once: for a line of a log or a name. What others may make long goes through the other two. */
  readonly text: (text: string) => string;
  /** Piece by piece, so that the event loop is not kept. */
  readonly bytes: (bytes: Buffer) => Promise<Buffer>;
  /** Every text within, names and numbers too; piece by piece. */
  readonly json: <Value>(value: Value) => Promise<Value>;
  /**
   * How many bytes one secret takes at most. Whoever cuts keeps so much more until it was redacted: of half a
   * secret nobody can tell that it is one.
   */
  readonly reachBytes: number;
}

type Span = readonly [start: number, end: number];
type Find = (bytes: string, codings: number, search: Search) => YieldingWork<Span[]>;

/** What is known of one text while it is looked through. */
interface Search {
  readonly room: Room;
  /** Whether a code holds a secret: many readings of a text have the same codes, and each is decoded once. */
  readonly verdictsOf: (decode: Decode, codings: number) => Map<string, boolean>;
}

type Decode = (code: string) => string | null;

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
    return { text: (text) => text, bytes: async (bytes) => bytes, json: async (value) => value, reachBytes };
  }

  const find = createFinder(forms);
  const work = createYieldingRunner();
  const redact = function* (bytes: string): YieldingWork<string | null> {
    const spans = yield* find(bytes, maxCodings, searchOf(bytes));
    return spans.length === 0 ? null : replaced(bytes, spans);
  };
  const redactBytes = function* (bytes: string): YieldingWork<string | null> {
    const search = searchOf(bytes);
    for (const inner of yield* decompressed(bytes, search.room)) {
      if (inner === null || (yield* find(inner, maxCodings, search)).length > 0) return secretMark;
    }
    return yield* redact(bytes);
  };
  const shortest = Math.min(...[...forms.plain, ...forms.coded].map(({ length }) => length));
  const redactText = function* (given: string): YieldingWork<string> {
    if (given.length < shortest) return given;
    const found = yield* redact(Buffer.from(given, 'utf8').toString('latin1'));
    return found === null ? given : Buffer.from(found, 'latin1').toString('utf8');
  };
  const redactJson = function* (value: unknown): YieldingWork<unknown> {
    yield;
    if (typeof value === 'string') return yield* redactText(value);
    if (typeof value === 'number') {
      const digits = String(value);
      return (yield* redactText(digits)) === digits ? value : secretMark;
    }
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const item of value) items.push(yield* redactJson(item));
      return items;
    }
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
    const entries: [string, unknown][] = [];
    for (const [name, child] of Object.entries(value)) {
      entries.push([yield* redactText(name), yield* redactJson(child)]);
    }
    return Object.fromEntries(entries);
  };
  return {
    text: (given) => atOnce(redactText(given)),
    bytes: async (given) => {
      const found = await work.do(redactBytes(given.toString('latin1')));
      return found === null ? given : Buffer.from(found, 'latin1');
    },
    json: ((value: unknown) => work.do(redactJson(value))) as Redactor['json'],
    reachBytes,
  };
};

const createFinder = (forms: SecretForms): Find => {
  /** Where secrets stand. With `codings` left, what is coded or compressed is looked into as well. */
  const find: Find = function* (bytes, codings, search) {
    const spans: Span[] = [];
    for (const view of readings(bytes)) {
      yield;
      spans.push(...(yield* occurrences(view, asPlain(view.text), forms.plain, false)));
      for (const codes of [view, withoutBreaks(view)]) {
        yield;
        if (codes) spans.push(...(yield* occurrences(codes, asCoded(codes.text), forms.coded, true)));
      }
      if (codings > 0) spans.push(...(yield* codesAround(view, codings, search)));
    }
    return spans;
  };

  /** Long runs of base64 or hexadecimal in which there is a secret once they are decoded. */
  const codesAround = function* (view: TextView, codings: number, search: Search): YieldingWork<Span[]> {
    const runs = [...view.text.matchAll(/[A-Za-z0-9+/_-]{16,}/g)];
    yield;
    const holding = yield* codesThatHold(new Set(runs.map(([code]) => code)), codings, search);
    return runs
      .filter(([code]) => holding.has(code))
      .map(({ index, 0: code }) => spanIn(view, index, index + code.length));
  };

  /** All that one way of decoding makes of them is searched at once, or many short ones would take long. */
  const codesThatHold = function* (
    codes: ReadonlySet<string>,
    codings: number,
    search: Search,
  ): YieldingWork<Set<string>> {
    const { room } = search;
    const holding = new Set<string>();
    for (const decode of decodings) {
      const verdicts = search.verdictsOf(decode, codings);
      const holds = (code: string): void => {
        holding.add(code);
        verdicts.set(code, true);
      };
      const pieces: Piece[] = [];
      for (const code of codes) {
        yield;
        if (holding.has(code)) continue;
        const known = verdicts.get(code);
        if (known === true) holding.add(code);
        if (known !== undefined) continue;
        verdicts.set(code, false);
        const bytes = decode(code);
        if (bytes === null || !isMeant(bytes)) continue;
        const contents = yield* decompressed(bytes, room);
        for (const inner of [room.take(bytes.length) ? bytes : null, ...contents]) {
          // What nobody looks at may hold anything.
          if (inner === null) holds(code);
          else pieces.push({ code, bytes: inner });
        }
      }
      const spans = yield* find(pieces.map(({ bytes }) => bytes).join(between), codings - 1, search);
      for (const code of codesAt(pieces, spans)) holds(code);
    }
    return holding;
  };
  return find;
};

const searchOf = ({ length }: string): Search => {
  // For what is coded or compressed in one text: whoever sends little must not make much work.
  let left = 262_144 + 4 * length;
  let tries = 3_000 + length / 1_024;
  const verdicts = new Map<Decode, Map<string, boolean>[]>(decodings.map((decode) => [decode, []]));
  return {
    room: {
      left: () => left,
      take: (bytes) => {
        if (bytes > left) return false;
        left -= bytes;
        return true;
      },
      try: () => (tries -= 1) >= 0,
    },
    verdictsOf: (decode, codings) => ((verdicts.get(decode) ?? [])[codings] ??= new Map<string, boolean>()),
  };
};

interface Piece {
  readonly code: string;
  readonly bytes: string;
}

/** Part of no code and of no notation. */
const between = '\u0001';

/** The codes of the pieces, joined in their order, that spans reach into. */
function* codesAt(pieces: readonly Piece[], spans: readonly Span[]): Generator<string> {
  let at = 0;
  let start = 0;
  for (const [from, to] of spans.toSorted((one, other) => one[0] - other[0])) {
    for (let piece = pieces[at]; piece; piece = pieces[at]) {
      if (start + piece.bytes.length > from) break;
      start += piece.bytes.length + between.length;
      at += 1;
    }
    let begins = start;
    for (let other = at; other < pieces.length && begins < to; other += 1) {
      const { code = '', bytes = '' } = pieces[other] ?? {};
      yield code;
      begins += bytes.length + between.length;
    }
  }
}

/**
 * Text as it stands, and as whoever knows its notation reads it. Each notation alone as well: what one of them
 * takes for an escape, another writes as it is.
 */
function* readings(bytes: string): Generator<TextView> {
  const source = viewOf(bytes);
  yield source;
  const unlisted = withoutLists(source);
  if (unlisted) yield unlisted;
  for (const known of [
    notations,
    ...notations.map((notation) => [notation]),
    ['QUOTED_PRINTABLE'] as const,
  ]) {
    let view = withoutEscapes(source, known);
    for (let level = 1; view && level <= maxEscapes; level += 1, view = withoutEscapes(view, known))
      yield view;
  }
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

const occurrences = function* (
  view: TextView,
  searched: string,
  needles: readonly string[],
  isCoded: boolean,
): YieldingWork<Span[]> {
  const spans: Span[] = [];
  for (const needle of needles) {
    yield;
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

/** Letters of the code's alphabet that come before it shift what it says. Null where it is no such code. */
const decodings: readonly Decode[] = [
  ...[0, 1, 2, 3].map(
    (shift) => (code: string) => Buffer.from(code.slice(shift), 'base64').toString('latin1'),
  ),
  ...[0, 1].map(
    (shift) => (code: string) =>
      /^[0-9a-f]+$/i.test(code) ? Buffer.from(code.slice(shift), 'hex').toString('latin1') : null,
  ),
];

/** Whether somebody coded this, and it is not just a word that reads like a code: it is text, or is compressed. */
const isMeant = (bytes: string): boolean => isCompressed(bytes) || /[\t\n\r\x20-\x7e]{8}/.test(bytes);

const replaced = (bytes: string, spans: readonly Span[]): string => {
  const parts: string[] = [];
  let done = 0;
  for (const [start, end] of spans.toSorted((one, other) => one[0] - other[0])) {
    if (start >= done) parts.push(bytes.slice(done, start), secretMark);
    done = Math.max(done, end);
  }
  return parts.join('') + bytes.slice(done);
};
