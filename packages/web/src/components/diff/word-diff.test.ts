// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { diffWords, type WordSegment } from './word-diff.ts';

const changed = (segments: readonly WordSegment[] | undefined): string[] =>
  (segments ?? []).filter(({ isChanged }) => isChanged).map(({ text }) => text);
const whole = (segments: readonly WordSegment[] | undefined): string =>
  (segments ?? []).map(({ text }) => text).join('');

describe('diffWords', () => {
  it('marks the words that differ and nothing else', () => {
    const diff = diffWords('  version: 3.2.1', '  version: 3.2.4');
    expect(changed(diff?.before)).toEqual(['1']);
    expect(changed(diff?.after)).toEqual(['4']);
  });

  it('finds several changes in one line', () => {
    const diff = diffWords('limit(10, "a", true)', 'limit(20, "a", false)');
    expect(changed(diff?.before)).toEqual(['10', 'true']);
    expect(changed(diff?.after)).toEqual(['20', 'false']);
  });

  it('gives both lines back whole', () => {
    const before = 'const total = items.reduce((a, b) => a + b, 0);';
    const after = 'const total = rows.reduce((a, b) => a + b.size, 0);';
    const diff = diffWords(before, after);
    expect(whole(diff?.before)).toBe(before);
    expect(whole(diff?.after)).toBe(after);
  });

  it('marks nothing where the lines have little in common', () => {
    expect(diffWords('import fs from "node:fs";', 'Completely different prose here.')).toBeNull();
  });

  it('still finds the ends of a line too long to compare word by word', () => {
    const words = (middle: string): string => `start ${`${middle} `.repeat(400)}end`;
    const diff = diffWords(`${'same '.repeat(600)}${words('a')}`, `${'same '.repeat(600)}${words('b')}`);
    expect(diff?.before.at(0)).toMatchObject({ isChanged: false });
    expect(diff?.after.at(-1)).toEqual({ text: ' end', isChanged: false });
  });
});
