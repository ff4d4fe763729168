/** Bytes as text, one character each, with where each of them stands in what was read first. */
export interface TextView {
  readonly text: string;
  /** By character: where its source begins, and where it ends. Null where it is the source itself. */
  readonly starts: Int32Array | null;
  readonly ends: Int32Array | null;
}

export const viewOf = (bytes: string): TextView => ({ text: bytes, starts: null, ends: null });

/** Where `[from, to)` of a view stands in its source. */
export const spanIn = (
  { starts, ends }: TextView,
  from: number,
  to: number,
): readonly [start: number, end: number] => [starts?.[from] ?? from, ends?.[to - 1] ?? to];

const latin1Names =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
/** Names of HTML for every character that a header's value may hold and that has one. */
const entities: ReadonlyMap<string, number> = new Map([
  ...latin1Names.split(' ').map((name, index): [string, number] => [name, 0xa0 + index]),
  ...Object.entries({
    Tab: 9,
    NewLine: 10,
    excl: 0x21,
    quot: 0x22,
    QUOT: 0x22,
    num: 0x23,
    dollar: 0x24,
    percnt: 0x25,
    amp: 0x26,
    AMP: 0x26,
    apos: 0x27,
    lpar: 0x28,
    rpar: 0x29,
    ast: 0x2a,
    midast: 0x2a,
    plus: 0x2b,
    comma: 0x2c,
    period: 0x2e,
    sol: 0x2f,
    colon: 0x3a,
    semi: 0x3b,
    lt: 0x3c,
    LT: 0x3c,
    equals: 0x3d,
    gt: 0x3e,
    GT: 0x3e,
    quest: 0x3f,
    commat: 0x40,
    lsqb: 0x5b,
    lbrack: 0x5b,
    bsol: 0x5c,
    rsqb: 0x5d,
    rbrack: 0x5d,
    Hat: 0x5e,
    lowbar: 0x5f,
    UnderBar: 0x5f,
    grave: 0x60,
    DiacriticalGrave: 0x60,
    lcub: 0x7b,
    lbrace: 0x7b,
    verbar: 0x7c,
    vert: 0x7c,
    VerticalLine: 0x7c,
    rcub: 0x7d,
    rbrace: 0x7d,
  }),
]);

/** How a character is written where it does not stand as it is: by JSON and its kin, in URLs, and in HTML. */
export const notations = ['BACKSLASH', 'PERCENT', 'ENTITY'] as const;
/** In mail; read alone, since its mark stands before values everywhere else. */
type Notation = (typeof notations)[number] | 'QUOTED_PRINTABLE';

const patterns: Record<Notation, string> = {
  BACKSLASH:
    '\\\\u(?<unicode>[0-9a-f]{4})|\\\\u\\{(?<braced>[0-9a-f]{1,6})\\}|\\\\x(?<byte>[0-9a-f]{2})|\\\\(?<octal>[0-3][0-7]{2})|\\\\(?<plain>[^ux0-9])',
  PERCENT: '%u(?<oldUnicode>[0-9a-f]{4})|%(?<percent>[0-9a-f]{2})',
  ENTITY:
    '&#x0{0,16}(?<hexEntity>[0-9a-f]{1,6});?|&#0{0,16}(?<entity>[0-9]{1,7});?|&(?<name>[a-z][a-z0-9]{1,16});?',
  QUOTED_PRINTABLE: '=(?<quoted>[0-9a-f]{2})|=(?<broken>\\r?\\n)',
};
const marks: Record<Notation, string> = { BACKSLASH: '\\', PERCENT: '%', ENTITY: '&', QUOTED_PRINTABLE: '=' };
const controls: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

const utf8 = (codePoint: number): string =>
  codePoint > 0x10_ff_ff ? '' : Buffer.from(String.fromCodePoint(codePoint), 'utf8').toString('latin1');

/** The bytes that an escape stands for, or null where it is none. */
const unescaped = (groups: Partial<Record<string, string>>): string | null => {
  const codePoint = groups.unicode ?? groups.braced ?? groups.oldUnicode ?? groups.hexEntity;
  if (codePoint !== undefined) return utf8(parseInt(codePoint, 16));
  const code = groups.byte ?? groups.percent ?? groups.quoted;
  if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
  if (groups.broken !== undefined) return '';
  if (groups.octal !== undefined) return String.fromCharCode(parseInt(groups.octal, 8));
  if (groups.plain !== undefined) return controls[groups.plain] ?? groups.plain;
  if (groups.entity !== undefined) return utf8(Number(groups.entity));
  const named = entities.get(groups.name ?? '');
  return named === undefined ? null : utf8(named);
};

/** Builds a view out of pieces of another. It never has more characters: what is escaped is longer than what it means. */
const createWeaver = (source: TextView) => {
  const parts: string[] = [];
  const starts = new Int32Array(source.text.length);
  const ends = new Int32Array(source.text.length);
  let length = 0;
  return {
    keep: (from: number, to: number): void => {
      if (from >= to) return;
      parts.push(source.text.slice(from, to));
      for (let at = from; at < to; at += 1, length += 1) {
        starts[length] = source.starts?.[at] ?? at;
        ends[length] = source.ends?.[at] ?? at + 1;
      }
    },
    put: (bytes: string, from: number, to: number): void => {
      const [start, end] = spanIn(source, from, to);
      parts.push(bytes);
      starts.fill(start, length, length + bytes.length);
      ends.fill(end, length, length + bytes.length);
      length += bytes.length;
    },
    finish: (): TextView => ({
      text: parts.join(''),
      starts: starts.subarray(0, length),
      ends: ends.subarray(0, length),
    }),
  };
};

/** The same with its escapes of these notations resolved, once; null where there are none. */
export const withoutEscapes = (source: TextView, known: readonly Notation[] = notations): TextView | null => {
  if (!known.some((notation) => source.text.includes(marks[notation]))) return null;
  const escapes = new RegExp(known.map((notation) => patterns[notation]).join('|'), 'gi');
  const weaver = createWeaver(source);
  let done = 0;
  for (const match of source.text.matchAll(escapes)) {
    const bytes = unescaped(match.groups ?? {});
    if (bytes === null) continue;
    weaver.keep(done, match.index);
    done = match.index + match[0].length;
    weaver.put(bytes, match.index, done);
  }
  if (done === 0) return null;
  weaver.keep(done, source.text.length);
  return weaver.finish();
};

const number = '(?:0x[0-9a-f]{1,2}|[0-9]{1,3})';
/** A few of them are figures; what is a secret has more. */
const lists = new RegExp(`\\b${number}(?:(?:\\s*[,;]\\s*|\\s+)${number}\\b){5,}`, 'gi');
const listed = new RegExp(`(${number})[\\s,;]*`, 'gi');

/** The same with lists of numbers as the bytes that they stand for; null where there are none. */
export const withoutLists = (source: TextView): TextView | null => {
  const weaver = createWeaver(source);
  let done = 0;
  for (const { index, 0: list } of source.text.matchAll(lists)) {
    weaver.keep(done, index);
    done = index + list.length;
    for (const { index: at, 0: entry, 1: byte } of list.matchAll(listed)) {
      weaver.put(String.fromCharCode(Number(byte) & 0xff), index + at, index + at + entry.length);
    }
  }
  if (done === 0) return null;
  weaver.keep(done, source.text.length);
  return weaver.finish();
};

/** The same without what wraps or groups long codes: line ends, blanks, colons between pairs. Null where there is none. */
export const withoutBreaks = (source: TextView): TextView | null => {
  if (!/[\s:]/.test(source.text)) return null;
  const weaver = createWeaver(source);
  let done = 0;
  for (const { index, 0: gap } of source.text.matchAll(/[\s:]+/g)) {
    weaver.keep(done, index);
    done = index + gap.length;
  }
  weaver.keep(done, source.text.length);
  return weaver.finish();
};
