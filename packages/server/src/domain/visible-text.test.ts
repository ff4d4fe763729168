import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hiddenCharacters, isDeceptive, visibleText } from './visible-text.ts';

test('a plan and the console have one idea of what is hidden', () => {
  const console = join(import.meta.dirname, '../../../web/src/components/visible-marks.ts');
  expect(readFileSync(console, 'utf8')).toContain(`/${hiddenCharacters.source}/gu`);
});

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
])('deceives: %s', (_name, hidden) => {
  expect(isDeceptive(`x${hidden}y`)).toBe(true);
});

test.each(['plain\n\ttext', 'one\r\ntwo\r\n', '\ufeffone', '👩‍💻 ❤️ 👩🏽‍🚒', 'naïve 日本語 שלום', ''])(
  'is ordinary: %j',
  (text) => {
    expect(isDeceptive(text)).toBe(false);
  },
);

test('what a reader sees', () => {
  expect(visibleText('\u200b \u3164\u2062\n')).toBe('');
  expect(visibleText(' a\u200bb ')).toBe('ab');
});
