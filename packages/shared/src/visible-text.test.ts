import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hasLookAlikes,
  hiddenCharacter,
  isDeceptive,
  quoted,
  reordersCode,
  textParts,
  visibleText,
} from './visible-text.ts';

test.each([
  ['zero-width space', '\u200b'],
  ['zero-width non-joiner', '\u200c'],
  ['joiner between letters', '\u200d'],
  ['left-to-right mark', '\u200e'],
  ['Arabic letter mark', '\u061c'],
  ['soft hyphen', '\u00ad'],
  ['byte order mark inside', '\ufeff'],
  ['invisible times', '\u2062'],
  ['Hangul filler', '\u3164'],
  ['tag letter', '\u{e0041}'],
  ['line separator', '\u2028'],
  ['carriage return alone', '\r'],
  ['escape', '\x1b[2J'],
  ['right-to-left override', '\u202e'],
  ['variation selector 16', '\ufe0f'],
  ['variation selector 256', '\u{e01ef}'],
  ['braille blank', '\u2800'],
  ['en quad', '\u2000'],
  ['hair space', '\u200a'],
  ['shorthand format', '\u{1bca0}'],
  ['combining grapheme joiner', '\u034f'],
  ['private character', '\ue000'],
  ['unassigned character', '\u0378'],
  ['half of a pair', '\ud800'],
  ['null notehead', '\u{1d159}'],
  ['object replacement', '\ufffc'],
  ['selector after an emoji that needs none', '🎉\ufe0f'],
  ['joiner between emoji that do not join', '🎉\u200d🎉'],
])('deceives: %s', (_name, hidden) => {
  expect(isDeceptive(`x${hidden}y`)).toBe(true);
});

test.each([
  'plain\n\ttext',
  'one\r\ntwo\r\n',
  '\ufeffone',
  '👩‍💻 ❤️ 👩🏽‍🚒 1️⃣ 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
  'naïve 日本語 שלום',
  '',
])('is ordinary: %j', (text) => {
  expect(isDeceptive(text)).toBe(false);
});

describe('by property', () => {
  const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
  const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Zs}\p{Cf}\p{Cc}\p{Cn}\p{Co}\p{Variation_Selector}]/u;

  test('whatever Unicode calls no visible character is hidden, but a space, a tab and a line break', () => {
    fc.assert(
      fc.property(codePoint, (character) => {
        if (ignorable.test(character) && !' \t\n'.includes(character)) {
          expect(hiddenCharacter.test(character)).toBe(true);
          expect(isDeceptive(`x${character}y`)).toBe(true);
        }
        if (/[\p{L}\p{N}\p{P}]/u.test(character) && !/\p{Default_Ignorable_Code_Point}/u.test(character)) {
          expect([character, hiddenCharacter.test(character)]).toEqual([
            character,
            /[\u{13441}\u{13442}]/u.test(character),
          ]);
        }
      }),
      { numRuns: 20_000 },
    );
  });

  const unit = fc.oneof(
    codePoint,
    fc.constantFrom('a', 'а', 'ο', ' ', '\n', 'א', '\u200d', '\ufe0f', '❤', '👩', '💻', '👩‍💻'),
  );

  test('parts are the text, and what hides is in no other part', () => {
    fc.assert(
      fc.property(
        fc.array(unit).map((units) => units.join('')),
        (text) => {
          const parts = textParts(text);
          expect(parts.map((part) => part.text).join('')).toBe(text);
          for (const part of parts) {
            if (part.kind === 'HIDDEN') expect(part.text).toMatch(hiddenCharacter);
            else expect(isDeceptive(`.${part.text}`)).toBe(false);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test('what a reader sees', () => {
  expect(visibleText('\u200b \u3164\u2062\u2800\u2003\n')).toBe('');
  expect(visibleText(' a\u200bb ')).toBe('ab');
  expect(visibleText('a\u00a0b')).toBe('a b');
});

describe('letters from right to left', () => {
  test.each(['if ("אב" == "גד") {', 'let א = 1;', 'f("א", "ב")', 'x = "مدير" + 10', 'a["א"]["ב"]'])(
    'reorder: %s',
    (line) => {
      expect(reordersCode(`first\n${line}\nlast`)).toBe(true);
    },
  );

  test.each([
    'שלום עולם',
    'שלום, עולם! מה שלומך?',
    'say "שלום" to all',
    'one שלום\n1 two',
    'a = "אב"; b = 1',
    'if (role == "אב" && other == "גד") {',
    '',
  ])('do not: %s', (line) => {
    expect(reordersCode(line)).toBe(false);
  });
});

test.each([
  '\u200b',
  'aа',
  'со ',
  'д со',
  '👩\u200d',
  '❤️',
  'א',
  'א ',
  '"א"',
  '0\ufe0f',
  '\u{1f3f4}\u{e0067}',
  'ordinary text ',
])(
  'takes time in proportion to the length: %j',
  (unit) => {
    const text = unit.repeat(900_000 / unit.length);
    // Of this thread alone: a busy machine makes nothing slower that counts here.
    const before = process.threadCpuUsage();
    isDeceptive(text);
    reordersCode(text);
    hasLookAlikes(text);
    textParts(text.slice(0, 100_000));
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(2_500);
  },
  60_000,
);

describe('letters that pass for others', () => {
  test.each([
    ['a Cyrillic letter in a branch', 'm\u0430in', '\u0430'],
    ['a Greek letter in a path', 'src/c\u03bfnfig.ts', '\u03bf'],
    ['a repository', 'dem\u043e', '\u043e'],
    ['a whole word of them', 'src/\u0441\u043e\u0440\u0435.ts', '\u0441\u043e\u0440\u0435'],
    ['a whole name of them', '\u0441\u043e\u0440\u0435', '\u0441\u043e\u0440\u0435'],
    ['wide letters', '\uff4dain', '\uff4d'],
    ['letters of mathematics', 'm\u{1d5ee}in', '\u{1d5ee}'],
    ['an Armenian letter', 'm\u0578n', '\u0578'],
    ['a script g', '\u0261oogle.com', '\u0261'],
    ['an open a', 'm\u0251in', '\u0251'],
    ['a Roman numeral', '\u217cogin', '\u217c'],
    ['a small capital', '\u1d00dmin', '\u1d00'],
    ['a wide digit', 'v\uff11', '\uff11'],
  ])('are found: %s', (_name, text, letters) => {
    expect(hasLookAlikes(text)).toBe(true);
    const found = textParts(text).filter(({ kind }) => kind === 'LOOK_ALIKE');
    expect(found.map((part) => part.text).join('')).toBe(letters);
  });

  test.each([
    'src/config.ts',
    'naïve Straße Łódź ıstanbul',
    'документы/расход.txt',
    'дом/сор',
    'Россия и оса',
    'Δx = 3 μs, ρ = 1',
    'αβγδ',
    '株式会社ＡＢＣ 1',
    '第１章',
    'Kapitel Ⅳ',
    '',
  ])('are none: %j', (text) => {
    expect(hasLookAlikes(text)).toBe(false);
    expect(textParts(text)).toEqual([{ kind: 'TEXT', text }]);
  });
});

const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x10ffff }), fc.constantFrom(0x22, 0x5c, 0x200b)), {
    maxLength: 12,
  })
  .map((points) => String.fromCodePoint(...points));

test('what is quoted begins and ends where it seems to, and hides nothing', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      expect(quoted(one)).toMatch(/^"(?:[^"\\]|\\.)*"$/su);
      expect(quoted(one)).not.toMatch(hiddenCharacter);
      if (one !== other) expect(quoted(one)).not.toBe(quoted(other));
    }),
  );
  expect(quoted('x" to "prod\u200b')).toBe('"x\\" to \\"prod\\u{200b}"');
});
