import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DiffHunk } from '../../domain/diff.ts';
import { lineDiff } from './line-diff.ts';

/** Texts of few different lines, so that much of one is in the other. */
const text = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', 'c', '', ' ', 'a\r', '\\ No newline'), { maxLength: 30 }),
    fc.boolean(),
  )
  .map(([lines, isTerminated]) => lines.join('\n') + (isTerminated && lines.length > 0 ? '\n' : ''));

/** What a reader of the hunks takes the new text for, who has the old one. */
const readAs = (oldText: string, hunks: readonly DiffHunk[]): string => {
  const old = oldText.split(/(?<=\n)/).filter((line) => line !== '');
  const read: string[] = [];
  let at = 0;
  for (const { oldStart, lines } of hunks) {
    while (at < oldStart - 1) read.push(old[at++] ?? '');
    for (const line of lines) {
      const shown = line.isUnterminated ? line.text : `${line.text}\n`;
      if (line.kind !== 'ADD') expect(shown).toBe(old[at++]);
      if (line.kind !== 'REMOVE') read.push(shown);
    }
  }
  return read.concat(old.slice(at)).join('');
};

test('whoever has the old text reads the new one out of the hunks', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const hunks = lineDiff(before, after, 1_000) ?? [];
      expect(readAs(before, hunks)).toBe(after);
      expect(hunks.length === 0).toBe(before === after);
      for (const { oldLines, newLines, lines } of hunks) {
        expect(lines.filter(({ kind }) => kind !== 'ADD')).toHaveLength(oldLines);
        expect(lines.filter(({ kind }) => kind !== 'REMOVE')).toHaveLength(newLines);
      }
    }),
  );
});

const numbered = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join('');

describe('time', () => {
  test('grows with the length where everything is replaced', () => {
    const hunks = lineDiff(numbered('old', 100_000), numbered('new', 100_000), 2_000);
    expect(hunks?.[0]?.lines).toHaveLength(200_000);
  });

  test('is never above what is given', () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `${index}\n`);
    const startedAt = performance.now();
    expect(lineDiff(lines.join(''), lines.toReversed().join(''), 200)).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
