import { diffArrays } from 'diff';
import type { DiffHunk, DiffLine } from '../../domain/diff.ts';

const contextLines = 3;

/** The lines of a text with their line ends: the last one may have none. */
const linesOf = (text: string): string[] => {
  const lines: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const to = end === -1 ? text.length : end + 1;
    lines.push(text.slice(from, to));
    from = to;
  }
  return lines;
};

/** What changes between two texts, whole; null where finding it would take longer than `timeoutMs`. */
export const lineDiff = (oldText: string, newText: string, timeoutMs: number): DiffHunk[] | null => {
  const [before, after] = [linesOf(oldText), linesOf(newText)];
  const kept = keptLines(before, after, timeoutMs);
  return kept && hunksOf(scriptOf(before, after, kept));
};

/** All of the one text goes, all of the other comes. */
export const replacement = (oldText: string, newText: string): DiffHunk[] =>
  hunksOf(scriptOf(linesOf(oldText), linesOf(newText), []));

interface Kept {
  readonly old: number;
  readonly new: number;
}

/**
 * The lines that stay, as places in both texts. A line that only one text has cannot stay, so only the others
 * are compared: time grows with what was moved about, not with what was replaced.
 */
const keptLines = (before: readonly string[], after: readonly string[], timeoutMs: number): Kept[] | null => {
  const start = commonStart(before, after);
  const end = commonEnd(before, after, start);
  const oldIndexes = indexesIn(before, new Set(after), start, end);
  const newIndexes = indexesIn(after, new Set(before), start, end);
  const changes = diffArrays(
    oldIndexes.map((place) => before[place]),
    newIndexes.map((place) => after[place]),
    { timeout: timeoutMs },
  );
  if (!changes) return null;
  const kept: Kept[] = Array.from({ length: start }, (_, place) => ({ old: place, new: place }));
  let [oldAt, newAt] = [0, 0];
  for (const { added, removed, count } of changes) {
    for (let index = 0; index < count; index += 1) {
      const place = { old: oldIndexes[oldAt] ?? 0, new: newIndexes[newAt] ?? 0 };
      if (!added) oldAt += 1;
      if (!removed) newAt += 1;
      if (!added && !removed) kept.push(place);
    }
  }
  for (let back = end; back > 0; back -= 1)
    kept.push({ old: before.length - back, new: after.length - back });
  return kept;
};

const commonStart = (one: readonly string[], other: readonly string[]): number => {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  return length;
};

const commonEnd = (one: readonly string[], other: readonly string[], start: number): number => {
  const most = Math.min(one.length, other.length) - start;
  let length = 0;
  while (length < most && one.at(-1 - length) === other.at(-1 - length)) length += 1;
  return length;
};

const indexesIn = (
  lines: readonly string[],
  others: ReadonlySet<string>,
  start: number,
  end: number,
): number[] => {
  const places: number[] = [];
  for (let place = start; place < lines.length - end; place += 1) {
    if (others.has(lines[place] ?? '')) places.push(place);
  }
  return places;
};

/** Every line of both texts in the order of reading; what goes stands before what comes. */
const scriptOf = (before: readonly string[], after: readonly string[], kept: readonly Kept[]): DiffLine[] => {
  const script: DiffLine[] = [];
  let [oldAt, newAt] = [0, 0];
  for (const { old, new: next } of [...kept, { old: before.length, new: after.length }]) {
    for (; oldAt < old; oldAt += 1) script.push(lineOf('REMOVE', before[oldAt], oldAt + 1, null));
    for (; newAt < next; newAt += 1) script.push(lineOf('ADD', after[newAt], null, newAt + 1));
    if (old < before.length) script.push(lineOf('CONTEXT', before[old], ++oldAt, ++newAt));
  }
  return script;
};

const lineOf = (
  kind: DiffLine['kind'],
  line = '',
  oldNumber: number | null,
  newNumber: number | null,
): DiffLine =>
  line.endsWith('\n')
    ? { kind, text: line.slice(0, -1), oldNumber, newNumber }
    : { kind, text: line, oldNumber, newNumber, isUnterminated: true };

/** Changes with three lines around each; those that are near each other stand together. */
const hunksOf = (script: readonly DiffLine[]): DiffHunk[] => {
  const ranges: { from: number; to: number }[] = [];
  script.forEach(({ kind }, place) => {
    if (kind === 'CONTEXT') return;
    const from = Math.max(0, place - contextLines);
    const to = Math.min(script.length, place + contextLines + 1);
    const last = ranges.at(-1);
    if (last && from <= last.to) last.to = to;
    else ranges.push({ from, to });
  });
  let [oldAt, newAt, at] = [1, 1, 0];
  return ranges.map(({ from, to }) => {
    oldAt += from - at;
    newAt += from - at;
    at = to;
    const lines = script.slice(from, to);
    const [oldLines, newLines] = [countBut('ADD', lines), countBut('REMOVE', lines)];
    const hunk = { oldStart: oldAt, oldLines, newStart: newAt, newLines, lines };
    oldAt += oldLines;
    newAt += newLines;
    return hunk;
  });
};

const countBut = (kind: DiffLine['kind'], lines: readonly DiffLine[]): number =>
  lines.filter((line) => line.kind !== kind).length;
