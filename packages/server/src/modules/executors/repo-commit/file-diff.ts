import { structuredPatch } from 'diff';
import type { DiffHunk, DiffLine, FileDiff } from '../../../domain/planned-action.ts';

const contextLines = 3;
const maxShownLines = 1_000;
const maxLineLength = 2_000;
/** Beyond this the comparison itself would hold up the server; in milliseconds and changed lines. */
const maxComparison = { timeout: 250, maxEditLength: 4_000 };

export interface FileChange {
  readonly path: string;
  /** Null where there is no such file. */
  readonly before: Buffer | null;
  /** Null deletes the file. */
  readonly after: string | null;
  /** True where the old content is too large to be read for showing. */
  readonly isUnread: boolean;
}

/**
 * One file's change as hunks with three lines around each; cut where it is too large to be shown whole. Where
 * the old content cannot be shown, the new one still is: nobody approves text that they could not read.
 */
export const fileDiff = ({ path, before, after, isUnread }: FileChange): FileDiff => {
  const change = after === null ? 'DELETE' : before === null && !isUnread ? 'CREATE' : 'UPDATE';
  const summary = { type: 'FILE' as const, path, change } as const;
  const wasBinary = before !== null && isBinary(before);
  if (after === null ? wasBinary : isBinary(Buffer.from(after))) {
    return { ...summary, additions: 0, deletions: 0, hunks: [], isBinary: true, isTruncated: false };
  }
  const oldText = wasBinary ? '' : (before?.toString('utf8') ?? '');
  const newText = after ?? '';
  const patch = structuredPatch(path, path, oldText, newText, undefined, undefined, {
    context: contextLines,
    ...maxComparison,
  });
  if (!patch) {
    // Too different to compare: the counts say that everything is replaced.
    const counts = { additions: countLines(newText), deletions: countLines(oldText) };
    return { ...summary, ...counts, hunks: [], isBinary: false, isTruncated: true };
  }
  const hunks = patch.hunks.map((hunk): DiffHunk => ({
    oldStart: hunk.oldStart,
    oldLines: hunk.oldLines,
    newStart: hunk.newStart,
    newLines: hunk.newLines,
    lines: numbered(hunk),
  }));
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const shown = shorten(hunks);
  return {
    ...summary,
    additions: lines.filter(({ kind }) => kind === 'ADD').length,
    deletions: lines.filter(({ kind }) => kind === 'REMOVE').length,
    ...shown,
    isBinary: false,
    isTruncated: shown.isTruncated || isUnread,
  };
};

/** As git decides it: a NUL among the first 8,000 bytes. */
export const isBinary = (content: Buffer): boolean => content.subarray(0, 8_000).includes(0);

const countLines = (text: string): number =>
  text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

const numbered = (hunk: { oldStart: number; newStart: number; lines: readonly string[] }): DiffLine[] => {
  let oldNumber = hunk.oldStart;
  let newNumber = hunk.newStart;
  return hunk.lines.flatMap((line): DiffLine[] => {
    const text = line.slice(1);
    if (line.startsWith('+')) return [{ kind: 'ADD', text, oldNumber: null, newNumber: newNumber++ }];
    if (line.startsWith('-')) return [{ kind: 'REMOVE', text, oldNumber: oldNumber++, newNumber: null }];
    // "\ No newline at end of file" is a remark, not a line.
    if (line.startsWith('\\')) return [];
    return [{ kind: 'CONTEXT', text, oldNumber: oldNumber++, newNumber: newNumber++ }];
  });
};

/** The first lines up to the limit, very long ones cut; hunks keep the extent that they really have. */
const shorten = (hunks: readonly DiffHunk[]): { hunks: DiffHunk[]; isTruncated: boolean } => {
  let room = maxShownLines;
  let isTruncated = false;
  const shown = hunks.flatMap((hunk) => {
    const lines = hunk.lines.slice(0, room).map((line) => {
      if (line.text.length <= maxLineLength) return line;
      isTruncated = true;
      return { ...line, text: `${line.text.slice(0, maxLineLength).toWellFormed()}…` };
    });
    if (lines.length < hunk.lines.length) isTruncated = true;
    room -= lines.length;
    return lines.length > 0 ? [{ ...hunk, lines }] : [];
  });
  return { hunks: shown, isTruncated };
};
