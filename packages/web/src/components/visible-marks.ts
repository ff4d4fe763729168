/** Text that came from outside, split so that characters which hide or reorder can be drawn. */
export type VisibleSegment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mark'; readonly label: string; readonly description: string };

const names: Readonly<Record<number, string>> = {
  0x00: 'null',
  0x07: 'bell',
  0x08: 'backspace',
  0x0d: 'carriage return',
  0x1b: 'escape',
  0x7f: 'delete',
  0xa0: 'no-break space',
  0xad: 'soft hyphen',
  0x61c: 'Arabic letter mark',
  0x200b: 'zero-width space',
  0x200c: 'zero-width non-joiner',
  0x200d: 'zero-width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x2028: 'line separator',
  0x2029: 'paragraph separator',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'pop directional formatting',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x2060: 'word joiner',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2068: 'first strong isolate',
  0x2069: 'pop directional isolate',
  0x3164: 'Hangul filler',
  0xfeff: 'zero-width no-break space',
};

// Everything that takes no room, moves other text, or cannot be told from a space; a line break
// and a tab are text. Variation selectors count too, except the two that pick an emoji's style.
const hidden =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;

const emojiJoin = /\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?$/u;
const startsWithEmoji = /^\p{Extended_Pictographic}/u;

/** A joiner between two emoji makes one picture of them; there it hides nothing. */
const joinsEmoji = (text: string, index: number): boolean =>
  text.charCodeAt(index) === 0x200d &&
  emojiJoin.test(text.slice(Math.max(0, index - 4), index)) &&
  startsWithEmoji.test(text.slice(index + 1, index + 3));

const markOf = (character: string): VisibleSegment => {
  const codePoint = character.codePointAt(0) ?? 0;
  const label = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  return { kind: 'mark', label, description: names[codePoint] ?? 'invisible or control character' };
};

/** One text segment where nothing is hidden: the common case costs one search. */
export const visibleSegments = (text: string): readonly VisibleSegment[] => {
  if (text.search(hidden) === -1) return [{ kind: 'text', text }];
  const segments: VisibleSegment[] = [];
  let from = 0;
  for (const match of text.matchAll(hidden)) {
    if (joinsEmoji(text, match.index)) continue;
    if (match.index > from) segments.push({ kind: 'text', text: text.slice(from, match.index) });
    segments.push(markOf(match[0]));
    from = match.index + match[0].length;
  }
  if (from < text.length) segments.push({ kind: 'text', text: text.slice(from) });
  return segments;
};

/** The same as plain text, for titles, labels and other places without markup. */
export const withVisibleMarks = (text: string): string =>
  visibleSegments(text)
    .map((segment) => (segment.kind === 'text' ? segment.text : `⟨${segment.label}⟩`))
    .join('');
