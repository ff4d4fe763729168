/** A stretch of a line; `isChanged` where the other version says something else. */
export interface WordSegment {
  readonly text: string;
  readonly isChanged: boolean;
}

export interface WordDiff {
  readonly before: readonly WordSegment[];
  readonly after: readonly WordSegment[];
}

const tokens = (line: string): string[] => line.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];

/** Beyond this many comparisons only the common beginning and end are looked for. */
const comparisonLimit = 40_000;
/** Lines that share less than this of their words are simply different; marks would be confetti. */
const leastShared = 0.35;

/** Which tokens of both sides belong to a longest common subsequence. */
const common = (
  before: readonly string[],
  after: readonly string[],
): { before: boolean[]; after: boolean[] } => {
  const kept = { before: before.map(() => false), after: after.map(() => false) };
  if (before.length * after.length > comparisonLimit) return kept;
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const skip = Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
      lengths[i * width + j] = before[i] === after[j] ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1 : skip;
    }
  }
  let i = 0;
  let j = 0;
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      kept.before[i++] = true;
      kept.after[j++] = true;
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return kept;
};

const segments = (all: readonly string[], isKept: readonly boolean[]): WordSegment[] => {
  const result: WordSegment[] = [];
  all.forEach((text, index) => {
    const isChanged = !isKept[index];
    const last = result.at(-1);
    if (last?.isChanged === isChanged) result[result.length - 1] = { text: last.text + text, isChanged };
    else result.push({ text, isChanged });
  });
  return result;
};

const wordLength = (all: readonly WordSegment[], isChanged?: boolean): number =>
  all
    .filter((segment) => isChanged === undefined || segment.isChanged === isChanged)
    .reduce((sum, segment) => sum + segment.text.replace(/\s/gu, '').length, 0);

/** The words that differ between two versions of one line, or null where the lines have too little in common. */
export const diffWords = (before: string, after: string): WordDiff | null => {
  const left = tokens(before);
  const right = tokens(after);
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  while (
    end < left.length - start &&
    end < right.length - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  ) {
    end++;
  }
  const middle = common(left.slice(start, left.length - end), right.slice(start, right.length - end));
  const around = (kept: boolean[], length: number): boolean[] =>
    Array.from({ length }, (_, index) =>
      index < start || index >= length - end ? true : (kept[index - start] ?? false),
    );
  const result = {
    before: segments(left, around(middle.before, left.length)),
    after: segments(right, around(middle.after, right.length)),
  };
  const longest = Math.max(wordLength(result.before), wordLength(result.after));
  return longest > 0 && wordLength(result.after, false) / longest >= leastShared ? result : null;
};
