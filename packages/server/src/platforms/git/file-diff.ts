import { hash } from 'node:crypto';
import type { DiffHunk, DiffLine, FileDiff } from '../../domain/diff.ts';
import { byteByByte, isBinary, isText } from './file-text.ts';
import { lineDiff } from './line-diff.ts';

export interface FileChange {
  readonly path: string;
  /** Null where there is no such file, or where it is too large to be read. */
  readonly before: Uint8Array | null;
  /** Git's name of the old content; null where there is no such file. */
  readonly oldId: string | null;
  /** Null deletes the file. */
  readonly after: string | null;
}

/** TEXT shows all of it, BYTES each byte that is no text by itself, the others nothing; null where there was none. */
export type OldForm = 'TEXT' | 'BYTES' | 'BINARY' | 'UNREAD' | null;

export interface ComparedFile {
  readonly diff: FileDiff;
  readonly oldForm: OldForm;
  /** False where the two texts are too different to be compared in time: there are no lines to show. */
  readonly isCompared: boolean;
  /** Which bytes there were and will be: what is not shown whole is told apart by this. */
  readonly contents: string;
}

/** What one commit may show and take; where it is too little, the longest diffs are cut. */
interface Budget {
  lines: number;
  characters: number;
}

const budgetPerCommit = { lines: 10_000, characters: 2_000_000, timeMs: 2_000 } as const;
const maxLineLength = 2_000;
const maxTimePerFileMs = 500;

/** Takes time: as much as a commit's budget allows, however long the texts are. */
export const compareFiles = (changes: readonly FileChange[]): ComparedFile[] => {
  const endsAt = performance.now() + budgetPerCommit.timeMs;
  // Cut at once to what there is room for at most, or many long diffs would not fit into memory.
  const compared = changes.map((change, index) => ({
    index,
    file: shortened(compareFile(change, endsAt), { ...budgetPerCommit }),
  }));
  const budget: Budget = { ...budgetPerCommit };
  // The longest last: no file is cut to make room for another that hides it.
  return compared
    .toSorted((one, other) => lineCount(one.file) - lineCount(other.file))
    .map(({ index, file }) => ({ index, file: shortened(file, budget) }))
    .toSorted((one, other) => one.index - other.index)
    .map(({ file }) => file);
};

const lineCount = ({ diff }: ComparedFile): number =>
  diff.hunks.reduce((sum, { lines }) => sum + lines.length, 0);

const shortened = (file: ComparedFile, budget: Budget): ComparedFile => {
  const { hunks, isTruncated } = shorten(file.diff.hunks, budget);
  return { ...file, diff: { ...file.diff, hunks, isTruncated: file.diff.isTruncated || isTruncated } };
};

/** The same without comparing: the counts say that everything is replaced. Takes no time. */
export const uncomparedFile = (change: FileChange): ComparedFile => {
  const form = formOf(change);
  const isShownAsBinary = change.after === null ? form === 'BINARY' : isBinary(Buffer.from(change.after));
  return {
    diff: {
      ...headOf(change),
      additions: isShownAsBinary ? 0 : countLines(change.after ?? ''),
      deletions: isShownAsBinary || form === 'BINARY' ? 0 : countLineEnds(change.before),
      hunks: [],
      isBinary: isShownAsBinary,
      isTruncated: !isShownAsBinary,
    },
    oldForm: form,
    isCompared: isShownAsBinary,
    contents: contentsOf(change),
  };
};

/**
 * One file's change as hunks with three lines around each, whole. Where the old content cannot be shown, the
 * new one still is: nobody approves text that they could not read. `endsAt` is by `performance.now()`.
 */
const compareFile = (change: FileChange, endsAt: number): ComparedFile => {
  const { after } = change;
  const oldForm = formOf(change);
  if (after === null ? oldForm === 'BINARY' : isBinary(Buffer.from(after))) return uncomparedFile(change);
  const [oldText, newText] = textsOf(change);
  const timeoutMs = Math.min(maxTimePerFileMs, endsAt - performance.now());
  const hunks = timeoutMs > 0 ? lineDiff(oldText, newText, timeoutMs) : null;
  if (!hunks) return uncomparedFile(change);
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    diff: {
      ...headOf(change),
      additions: lines.filter(({ kind }) => kind === 'ADD').length,
      deletions: lines.filter(({ kind }) => kind === 'REMOVE').length,
      hunks,
      isBinary: false,
      isTruncated: oldForm === 'UNREAD',
    },
    oldForm,
    isCompared: true,
    contents: contentsOf(change),
  };
};

/** What is compared: the text before and after, byte by byte where the old one is no text. */
export const textsOf = (change: FileChange): readonly [before: string, after: string] => {
  const { before, after } = change;
  const oldForm = formOf(change);
  const inBytes = oldForm === 'BYTES';
  return [
    before === null || oldForm === 'BINARY' ? '' : textOf(before, inBytes),
    inBytes ? textOf(Buffer.from(after ?? ''), true) : (after ?? ''),
  ];
};

const contentsOf = ({ before, after, oldId }: FileChange): string => {
  const old =
    oldId === null ? 'none' : `${oldId.slice(0, shownIdLength)}${before ? ` (${before.length} bytes)` : ''}`;
  const next =
    after === null
      ? 'none'
      : `SHA-256 ${hash('sha256', after).slice(0, shownIdLength)} (${Buffer.byteLength(after)} bytes)`;
  return `Content before: ${old}; after: ${next}.`;
};

const shownIdLength = 16;

const headOf = ({ path, oldId, after }: FileChange) =>
  ({
    type: 'FILE',
    path,
    change: after === null ? 'DELETE' : oldId === null ? 'CREATE' : 'UPDATE',
  }) as const;

export const formOf = ({ before, oldId }: FileChange): OldForm => {
  if (before === null) return oldId === null ? null : 'UNREAD';
  if (isBinary(before)) return 'BINARY';
  return isText(before) ? 'TEXT' : 'BYTES';
};

const textOf = (content: Uint8Array, inBytes: boolean): string =>
  inBytes ? byteByByte(content) : Buffer.from(content).toString('utf8');

const countLines = (text: string): number => countLineEnds(Buffer.from(text));

const countLineEnds = (content: Uint8Array | null): number => {
  if (content === null || content.length === 0) return 0;
  let count = content.at(-1) === lineFeed ? 0 : 1;
  for (let at = content.indexOf(lineFeed); at !== -1; at = content.indexOf(lineFeed, at + 1)) count += 1;
  return count;
};

const lineFeed = 0x0a;

/** The first lines of either side up to the limits, very long ones cut; hunks keep the extent that they really have. */
const shorten = (
  hunks: readonly DiffHunk[],
  budget: Budget,
): { readonly hunks: DiffHunk[]; readonly isTruncated: boolean } => {
  let room = budget.lines;
  let isTruncated = false;
  const shown = hunks.flatMap((hunk) => {
    const fitting = fittingLines(hunk.lines, room);
    const lines: DiffLine[] = [];
    for (const line of fitting) {
      if (budget.characters <= 0) break;
      const isLong = line.text.length > maxLineLength;
      const text = isLong ? `${line.text.slice(0, maxLineLength).toWellFormed()}…` : line.text;
      isTruncated ||= isLong;
      lines.push({ ...line, text });
      room -= 1;
      budget.lines -= 1;
      budget.characters -= text.length;
    }
    isTruncated ||= lines.length < hunk.lines.length;
    return lines.length > 0 ? [{ ...hunk, lines }] : [];
  });
  return { hunks: shown, isTruncated };
};

/** Where there is not room for all, half of it is for what goes, and half for what comes. */
const fittingLines = (lines: readonly DiffLine[], room: number): readonly DiffLine[] => {
  if (lines.length <= room) return lines;
  const removals = lines.filter(({ kind }) => kind === 'REMOVE').length;
  const others = lines.length - removals;
  let removalsLeft = Math.min(removals, Math.max(Math.floor(room / 2), room - others));
  let othersLeft = room - removalsLeft;
  return lines.filter(({ kind }) => (kind === 'REMOVE' ? removalsLeft-- > 0 : othersLeft-- > 0));
};
