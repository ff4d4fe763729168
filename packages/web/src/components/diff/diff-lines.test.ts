// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { splitLines, unifiedLines, type DiffLine } from './diff-lines.ts';

const line = (kind: DiffLine['kind'], text: string): DiffLine => ({ kind, text, oldNumber: 1, newNumber: 1 });
const lines = [
  line('CONTEXT', 'a'),
  line('REMOVE', 'replicas: 12'),
  line('REMOVE', 'gone: yes'),
  line('ADD', 'replicas: 4'),
  line('CONTEXT', 'b'),
  line('ADD', 'tail'),
];

describe('unifiedLines', () => {
  it('keeps the order and says where each run of changes starts', () => {
    const result = unifiedLines(lines);
    expect(result.map(({ text }) => text)).toEqual(lines.map(({ text }) => text));
    expect(result.filter(({ startsChange }) => startsChange).map(({ text }) => text)).toEqual([
      'replicas: 12',
      'tail',
    ]);
  });

  it('pairs the lines of a run one by one', () => {
    const result = unifiedLines(lines);
    expect(result[1]?.words?.filter(({ isChanged }) => isChanged)).toEqual([{ text: '12', isChanged: true }]);
    expect(result[3]?.words?.filter(({ isChanged }) => isChanged)).toEqual([{ text: '4', isChanged: true }]);
    expect(result[2]?.words).toBeNull();
  });
});

describe('splitLines', () => {
  it('puts removed and added lines beside each other, and a gap where one side has nothing', () => {
    expect(splitLines(lines).map(({ left, right }) => [left?.text ?? null, right?.text ?? null])).toEqual([
      ['a', 'a'],
      ['replicas: 12', 'replicas: 4'],
      ['gone: yes', null],
      ['b', 'b'],
      [null, 'tail'],
    ]);
  });

  it('starts each run of changes once', () => {
    const starts = splitLines(lines)
      .flatMap(({ left, right }) => [left, right])
      .filter((half) => half?.startsChange);
    expect(starts.map((half) => half?.text)).toEqual(['replicas: 12', 'tail']);
  });
});
