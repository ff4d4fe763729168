import type { PlanDiff } from '../../../graphql/plan-fragments.ts';

type FileDiff = Extract<PlanDiff, { __typename: 'FileDiff' }>;
type LineKind = 'ADD' | 'REMOVE';

/** Lines that only one of two revisions adds or removes. */
export interface LineGroup {
  readonly kind: LineKind;
  /** False where the earlier revision did it and the later does not. */
  readonly isNew: boolean;
  readonly lines: readonly string[];
}

/** What a revision does to a file that another does not. */
export interface FileChange {
  readonly path: string;
  /** `is now deleted`; null where the groups say all. */
  readonly words: string | null;
  readonly groups: readonly LineGroup[];
}

const acts = { CREATE: 'created', UPDATE: 'changed', DELETE: 'deleted' } as const;

const linesOf = (file: FileDiff | undefined) => file?.hunks.flatMap(({ lines }) => lines) ?? [];

const textsOf = (file: FileDiff | undefined, kind: LineKind): string[] =>
  linesOf(file).flatMap((line) => (line.kind === kind ? [line.text] : []));

/** The lines of one that the other does not have, counting repetitions. */
const beyond = (lines: readonly string[], others: readonly string[]): string[] => {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    return count === 0;
  });
};

const groupsOf = (before: FileDiff | undefined, after: FileDiff | undefined): LineGroup[] =>
  (['REMOVE', 'ADD'] as const)
    .flatMap((kind) => {
      const [old, now] = [textsOf(before, kind), textsOf(after, kind)];
      return [
        { kind, isNew: true, lines: beyond(now, old) },
        { kind, isNew: false, lines: beyond(old, now) },
      ];
    })
    .filter(({ lines }) => lines.length > 0)
    .toSorted((a, b) => Number(b.isNew) - Number(a.isNew));

const actWords = (before: FileDiff | undefined, after: FileDiff | undefined): string | null => {
  if (before?.change === after?.change) return null;
  if (after) return `is now ${acts[after.change]}`;
  return before ? `is no longer ${acts[before.change]}` : null;
};

const isHidden = (file: FileDiff | undefined): boolean => (file?.isTruncated || file?.isBinary) ?? false;

const compareFile = (
  path: string,
  before: FileDiff | undefined,
  after: FileDiff | undefined,
  hasMore: boolean,
): FileChange | null => {
  const words = actWords(before, after);
  const isCutOff = isHidden(before) || isHidden(after);
  if (isCutOff) {
    const unknown = 'may change differently: not all of it is shown, so it cannot be compared';
    return words !== null || hasMore ? { path, words: words ?? unknown, groups: [] } : null;
  }
  const groups = groupsOf(before, after);
  if (words !== null || groups.length > 0) return { path, words, groups };
  const shape = (file: FileDiff | undefined) =>
    JSON.stringify(linesOf(file).map(({ kind, text }) => [kind, text]));
  return shape(before) === shape(after)
    ? null
    : { path, words: 'changes the same lines, but among others', groups: [] };
};

/**
 * File by file, what `after` does and `before` does not, or the other way round. `hasMore` says that
 * something else differs too, so that what is not shown of a file may have changed with it.
 */
export const compareFiles = (
  before: readonly PlanDiff[],
  after: readonly PlanDiff[],
  hasMore: boolean,
): FileChange[] => {
  const byPath = (diffs: readonly PlanDiff[]) =>
    new Map(diffs.flatMap((diff) => (diff.__typename === 'FileDiff' ? [[diff.path, diff] as const] : [])));
  const [old, now] = [byPath(before), byPath(after)];
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((path) => {
    const change = compareFile(path, old.get(path), now.get(path), hasMore);
    return change ? [change] : [];
  });
};

/** `now also removes 1 line` */
export const groupWords = ({ kind, isNew, lines }: LineGroup): string => {
  const verb = kind === 'ADD' ? 'adds' : 'removes';
  return `${isNew ? 'now also' : 'no longer'} ${verb} ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
};
