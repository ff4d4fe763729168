import type { ChangedLines, DiffHunk, DiffLine, LinesQuery } from '../../domain/diff.ts';
import { formOf, textsOf, type FileChange } from './file-diff.ts';
import { lineDiff, replacement } from './line-diff.ts';

const maxTimeMs = 2_000;

/** One part of a file's change, nothing of which is left out. Texts too different to be compared replace each other. */
export const changedLines = (change: FileChange, { from, count }: LinesQuery): ChangedLines => {
  const [before, after] = textsOf(change);
  const hunks = lineDiff(before, after, maxTimeMs) ?? replacement(before, after);
  return {
    hunks: partOf(hunks, from, count),
    totalLines: hunks.reduce((sum, { lines }) => sum + lines.length, 0),
    hasBothSides: formOf(change) !== 'UNREAD' && formOf(change) !== 'BINARY',
  };
};

const partOf = (hunks: readonly DiffHunk[], from: number, count: number): DiffHunk[] => {
  let at = 0;
  return hunks.flatMap((hunk) => {
    const [start, end] = [Math.max(0, from - at), Math.max(0, from + count - at)];
    at += hunk.lines.length;
    const lines = hunk.lines.slice(start, end);
    return lines.length > 0 ? [pieceOf(hunk, start, lines)] : [];
  });
};

const pieceOf = (hunk: DiffHunk, start: number, lines: readonly DiffLine[]): DiffHunk => {
  const before = hunk.lines.slice(0, start);
  return {
    oldStart: hunk.oldStart + countBut('ADD', before),
    oldLines: countBut('ADD', lines),
    newStart: hunk.newStart + countBut('REMOVE', before),
    newLines: countBut('REMOVE', lines),
    lines,
  };
};

const countBut = (kind: DiffLine['kind'], lines: readonly DiffLine[]): number =>
  lines.filter((line) => line.kind !== kind).length;
