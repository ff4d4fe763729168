/**
 * What text looks like, and what it is: one rule for the server, which warns of text that reads differently from
 * what a machine takes it for, and for the console, which draws as marks what a reader could not see.
 */

/** Letters that have a place in no such class of Unicode and are drawn as nothing, or as a space. */
const blankLetters = '\\u2800\\ufffc\\u{13441}\\u{13442}\\u{16fe4}\\u{1d159}';

/** Controls, formats, spaces but U+0020, what may be ignored, what picks a variant, what has no meaning for everybody. */
const hidden = `[\\p{Cc}\\p{Cf}\\p{Cn}\\p{Co}\\p{Cs}\\p{Z}\\p{Default_Ignorable_Code_Point}\\p{Variation_Selector}${blankLetters}]`;

/** Takes no room, moves other text, or cannot be told from a space; a line break, a tab and U+0020 are text. */
export const hiddenCharacter = new RegExp(`(?![\\t\\n ])${hidden}`, 'u');
const everyHidden = new RegExp(hiddenCharacter, 'gu');

/** What may be an emoji of several characters, some of which hide. */
const emojiLike =
  /\u{1f3f4}[\u{e0020}-\u{e007f}]+|\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\ufe0f)?(?:\u200d\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\ufe0f)?)*|[0-9#*]\ufe0f\u20e3/gu;
const longestEmoji = 40;
const known = new Map<string, boolean>();
/** Compiled when first needed: it is large. */
let emoji: RegExp | undefined;

/** Everybody draws it as one picture, so nothing hides in it. There are some thousand, and each is asked once. */
const isEmoji = (text: string): boolean => {
  if (text.length > longestEmoji) return false;
  const answer = known.get(text);
  if (answer !== undefined) return answer;
  emoji ??= new RegExp('^\\p{RGI_Emoji}$', 'v');
  const isOne = emoji.test(text);
  if (isOne) known.set(text, isOne);
  return isOne;
};

/** Whether text reads differently from what a machine takes it for. Windows' line ends and a byte order mark do not. */
export const isDeceptive = (text: string): boolean => {
  if (!hiddenCharacter.test(text)) return false;
  const rest = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  let end = 0;
  for (const { 0: sequence, index } of rest.matchAll(emojiLike)) {
    if (hiddenCharacter.test(rest.slice(end, index))) return true;
    if (hiddenCharacter.test(sequence) && !isEmoji(sequence)) return true;
    end = index + sequence.length;
  }
  return hiddenCharacter.test(rest.slice(end));
};

/** What a reader sees of it, without the blanks around it. */
export const visibleText = (text: string): string =>
  text
    .replaceAll(/[\p{Z}\u2800]/gu, ' ')
    .replaceAll(everyHidden, '')
    .trim();

/** Somebody else's words among ours: where they begin and end is plain, and so is every character of them. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(
    everyHidden,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );

/** Unicode keeps these blocks for writing from right to left. */
const rightToLeft = '\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefe\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}';
const rightToLeftRun = new RegExp(
  `[${rightToLeft}](?:[${rightToLeft}\\p{M} ]*[${rightToLeft}\\p{M}])?`,
  'gu',
);
const isRightToLeft = new RegExp(`^[${rightToLeft}]`, 'u');
/** With nothing that is written from left to right between them, both are shown in the other order. */
const rightToLeftPair = new RegExp(
  `[${rightToLeft}]\\p{M}*([^\\p{L}\\p{N}\\n]*)(?=[${rightToLeft}]|\\p{Nd})`,
  'gu',
);
/** What stands between the words of a sentence. */
const betweenWords = /^(?:-|'|’|״|׳|[,.;:!?…]?\s+)?$/u;

/** Whether letters written from right to left show parts of code in another order than they have. */
export const reordersCode = (text: string): boolean =>
  text.matchAll(rightToLeftPair).some(([, between = '']) => !betweenWords.test(between));

/** Letters of other scripts that are drawn as Latin ones are, or nearly: Cyrillic, Greek, Armenian, Coptic, Cherokee, Lisu. */
const likeLatin =
  '[аеорсухкһіїјѕԁԛԝѵӏёАВЕКМНОРСТУХІЇЈЅԚԜѴӀҮЁαικνορυχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳհոսօցյ\\u2c80-\\u2cb1\\u13a0-\\u13f4\\ua4d0-\\ua4f7]';
/**
 * Latin letters and digits in a form that only mathematics, phonetics and old terminals have: open a and script g,
 * small capitals, Roman numerals, of full width.
 */
const styledLatin =
  '[\\u0251\\u0261\\u1d00-\\u1d22\\u2160-\\u217f\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\u{1d400}-\\u{1d7ff}]';
const lookAlike = new RegExp(`${likeLatin}|${styledLatin}`, 'u');
const everyLookAlike = new RegExp(lookAlike, 'gu');
const everyWord = /[\p{L}\p{M}\p{N}]+/gu;
const latinLetter = new RegExp(`(?!${styledLatin})\\p{Script=Latin}`, 'u');
const scripts = ['Cyrillic', 'Greek', 'Armenian', 'Coptic', 'Cherokee', 'Lisu'].map((script) => ({
  letter: new RegExp(`\\p{Script=${script}}`, 'u'),
  ownLetter: new RegExp(`(?!${likeLatin})\\p{Script=${script}}`, 'u'),
}));

/**
 * The places of letters that pass for Latin ones: within a Latin word, or as a whole word where nothing else of the
 * text is written in their script.
 */
const lookAlikeIndexes = (text: string): readonly number[] => {
  if (!lookAlike.test(text)) return [];
  const places: number[] = [];
  // Letters that nobody takes for Latin ones: the text is written in their script.
  const written = scripts.filter(({ ownLetter }) => ownLetter.test(text));
  for (const { 0: word, index } of text.matchAll(everyWord)) {
    const found = [...word.matchAll(everyLookAlike)];
    const letters = word.match(/\p{L}/gu)?.length ?? 0;
    const isWhole =
      found.length > 1 && found.length === letters && !written.some(({ letter }) => letter.test(word));
    if (found.length > 0 && (isWhole || latinLetter.test(word))) {
      for (const letter of found) places.push(index + letter.index);
    }
  }
  return places;
};

/** Whether a name has letters that pass for others. */
export const hasLookAlikes = (name: string): boolean => lookAlikeIndexes(name).length > 0;

export interface TextPart {
  /**
   * HIDDEN is one character to be drawn as a mark, LOOK_ALIKE one letter that passes for another; ISOLATED must not
   * change the order of what is around it.
   */
  readonly kind: 'TEXT' | 'HIDDEN' | 'LOOK_ALIKE' | 'ISOLATED';
  readonly text: string;
}

const special = new RegExp(`${emojiLike.source}|${everyHidden.source}|${rightToLeftRun.source}`, 'gu');

const withLookAlikes = (text: string): readonly TextPart[] => {
  const parts: TextPart[] = [];
  let end = 0;
  for (const place of lookAlikeIndexes(text)) {
    const letter = String.fromCodePoint(text.codePointAt(place) ?? 0);
    if (place > end) parts.push({ kind: 'TEXT', text: text.slice(end, place) });
    parts.push({ kind: 'LOOK_ALIKE', text: letter });
    end = place + letter.length;
  }
  if (end < text.length) parts.push({ kind: 'TEXT', text: text.slice(end) });
  return parts;
};

/** Text in the order in which a machine reads it, split at what must be drawn in another way. */
export const textParts = (text: string): readonly TextPart[] => {
  const parts: TextPart[] = [];
  let plain = '';
  const add = (kind: TextPart['kind'], part: string): void => {
    parts.push(...withLookAlikes(plain), { kind, text: part });
    plain = '';
  };
  let end = 0;
  for (const { 0: found, index } of text.matchAll(special)) {
    plain += text.slice(end, index);
    end = index + found.length;
    if (!hiddenCharacter.test(found)) {
      if (isRightToLeft.test(found)) add('ISOLATED', found);
      else plain += found;
    } else if (isEmoji(found)) plain += found;
    else {
      for (const character of found) {
        if (hiddenCharacter.test(character)) add('HIDDEN', character);
        else plain += character;
      }
    }
  }
  plain += text.slice(end);
  parts.push(...(text === '' ? [{ kind: 'TEXT', text } as const] : withLookAlikes(plain)));
  // There is nothing around it.
  return parts.length === 1 && parts[0]?.kind === 'ISOLATED' ? [{ kind: 'TEXT', text }] : parts;
};
