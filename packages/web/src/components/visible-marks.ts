import { textParts } from '@countersign/shared';

/** Text that came from outside, split so that characters which hide or reorder can be drawn. */
export type VisibleSegment =
  | { readonly kind: 'text'; readonly text: string }
  /** Written from right to left: kept from moving what is around it. */
  | { readonly kind: 'isolate'; readonly text: string }
  | {
      readonly kind: 'mark';
      readonly label: string;
      readonly description: string;
      /** The label is the character itself. */
      readonly isItself?: true;
    };

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

const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

const markOf = (character: string): VisibleSegment => {
  const codePoint = character.codePointAt(0) ?? 0;
  const label = codePointOf(character);
  const byte =
    codePoint >= 0xf700 && codePoint <= 0xf7ff
      ? `byte ${label.slice(-2)} that is no text, or private character`
      : null;
  return {
    kind: 'mark',
    label,
    description: names[codePoint] ?? byte ?? 'invisible, control or unassigned character',
  };
};

/** It stays readable as the letter that it seems to be; what it is stands beside it. */
const lookAlikeMark = (letter: string): VisibleSegment => ({
  kind: 'mark',
  label: letter,
  description: `${codePointOf(letter)}, a letter that passes for a Latin one`,
  isItself: true,
});

/** In the order of the text itself. */
export const visibleSegments = (text: string): readonly VisibleSegment[] =>
  textParts(text).map((part) => {
    switch (part.kind) {
      case 'TEXT':
        return { kind: 'text', text: part.text };
      case 'ISOLATED':
        return { kind: 'isolate', text: part.text };
      case 'HIDDEN':
        return markOf(part.text);
      case 'LOOK_ALIKE':
        return lookAlikeMark(part.text);
    }
  });

/** The same as plain text, for titles, labels and other places without markup. */
export const withVisibleMarks = (text: string): string => visibleSegments(text).map(plainText).join('');

const plainText = (segment: VisibleSegment): string => {
  switch (segment.kind) {
    case 'text':
      return segment.text;
    case 'isolate':
      return `\u2068${segment.text}\u2069`;
    case 'mark':
      return `⟨${segment.label}⟩`;
  }
};
