import { diffWords, type WordSegment } from './word-diff.ts';

export interface DiffLine {
  readonly kind: 'CONTEXT' | 'ADD' | 'REMOVE';
  readonly text: string;
  readonly oldNumber: number | null;
  readonly newNumber: number | null;
  /** The file ends here, without a line end. */
  readonly isUnterminated?: boolean;
}

export interface MarkedLine extends DiffLine {
  readonly words: readonly WordSegment[] | null;
  /** The first line of a run of changes: where "next change" stops. */
  readonly startsChange: boolean;
}

/** Two lines beside each other; null where one side has nothing. */
export interface LinePair {
  readonly left: MarkedLine | null;
  readonly right: MarkedLine | null;
}

type Run =
  | { readonly removed: readonly DiffLine[]; readonly added: readonly DiffLine[] }
  | { readonly context: DiffLine };

const runsOf = (lines: readonly DiffLine[]): Run[] => {
  const runs: Run[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const close = (): void => {
    if (removed.length + added.length > 0) runs.push({ removed, added });
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === 'CONTEXT') {
      close();
      runs.push({ context: line });
    } else if (line.kind === 'REMOVE') {
      if (added.length > 0) close();
      removed.push(line);
    } else added.push(line);
  }
  close();
  return runs;
};

const plain = (line: DiffLine): MarkedLine => ({ ...line, words: null, startsChange: false });

/** In longer runs only the first lines are compared word by word: a page must not stand still over them. */
const mostMarked = 500;

const markRun = (removed: readonly DiffLine[], added: readonly DiffLine[]) => {
  const left = removed.map(plain);
  const right = added.map(plain);
  for (let index = 0; index < Math.min(left.length, right.length, mostMarked); index++) {
    const before = left[index];
    const after = right[index];
    if (!before || !after) continue;
    const words = diffWords(before.text, after.text);
    if (!words) continue;
    left[index] = { ...before, words: words.before };
    right[index] = { ...after, words: words.after };
  }
  return { left, right };
};

const startChange = <Line extends MarkedLine>(lines: Line[]): Line[] =>
  lines.map((line, index) => (index === 0 ? { ...line, startsChange: true } : line));

/** Lines in the order of a unified diff, with the words that differ between paired lines. */
export const unifiedLines = (lines: readonly DiffLine[]): MarkedLine[] =>
  runsOf(lines).flatMap((run) => {
    if ('context' in run) return [plain(run.context)];
    const { left, right } = markRun(run.removed, run.added);
    return startChange([...left, ...right]);
  });

/** The same lines in two columns. */
export const splitLines = (lines: readonly DiffLine[]): LinePair[] =>
  runsOf(lines).flatMap((run): LinePair[] => {
    if ('context' in run) return [{ left: plain(run.context), right: plain(run.context) }];
    const { left, right } = markRun(run.removed, run.added);
    const [firstLeft, ...restLeft] = left;
    const marked = firstLeft ? [{ ...firstLeft, startsChange: true }, ...restLeft] : left;
    const rightMarked = firstLeft ? right : startChange(right);
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => ({
      left: marked[index] ?? null,
      right: rightMarked[index] ?? null,
    }));
  });
