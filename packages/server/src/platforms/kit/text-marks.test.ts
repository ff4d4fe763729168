import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markPattern } from '../git/commit-message.ts';
import { holdsNoMark, holdsNoNewMark, markLine, marksIn } from './text-marks.ts';

const key = fc.stringMatching(/^[0-9a-f]{64}$/);
const spacing = fc.constantFrom('', ' ', '\t', '\n', '\r\n', '\u00a0');
const spelled = fc
  .tuple(
    fc.constantFrom('Countersign', 'countersign', 'COUNTERSIGN-KEY', 'Countersign-Key', 'Countersign-Task'),
    spacing,
    spacing,
    key,
  )
  .map(([name, before, after, value]) => `${name}${before}:${after}${value}`);

test('whatever stands around it, and however it is spelled, a mark is seen', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      spelled,
      fc.string({ unit: 'grapheme' }),
      (before, mark, after) => {
        expect(holdsNoMark(`${before}\n${mark}\n${after}`)).toBe(false);
      },
    ),
  );
});

test('a text that passes is found by no lookup, for any key', () => {
  const near = fc.array(
    fc.oneof(fc.string(), spelled, fc.constantFrom('Countersign', '-Key', ': ', '\n', '\r')),
  );
  fc.assert(
    fc.property(near, key, (parts, wanted) => {
      const text = parts.join('').replaceAll(/[0-9a-f]{64}/g, wanted);
      if (!holdsNoMark(text)) return;
      expect(text.includes(markLine(wanted))).toBe(false);
      expect(new RegExp(markPattern(wanted), 'm').test(text)).toBe(false);
    }),
  );
});

test('what speaks of it only, and other text, passes', () => {
  for (const text of [
    'Countersign: see the runbook',
    'countersigned by: deadbeef',
    '',
    'Countersign-Key: see docs',
  ])
    expect(marksIn(text)).toEqual([]);
});

test('a mark that stood there already may stay, and no other may come', () => {
  const [own, other] = ['a1'.repeat(32), 'b2'.repeat(32)].map((one) => markLine(one));
  expect(holdsNoNewMark(`More.\n\n${own}`, `Text.\n\n${own}`)).toBe(true);
  expect(holdsNoNewMark(`More.\n\n${other}`, `Text.\n\n${own}`)).toBe(false);
});
