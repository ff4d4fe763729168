import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoted } from '@countersign/shared';
import { createBranchHistory, type HistoricCommit } from './branch-history.ts';
import { inFolder } from './commit-writer.ts';
import { isText } from './file-text.ts';
import type { Repositories } from './repositories.ts';
import { isLfsPointer } from './lfs-pointer.ts';
import { ancestorsOf } from './repo-commit-schema.ts';
import type { TreeEntry, TreeReader } from './tree-entries.ts';

/** A path that goes back: to an object that is there already, or to a text that keeps what came since. */
export interface RevertedPath {
  readonly path: string;
  /** What stands there now; null where nothing does. */
  readonly now: TreeEntry | null;
  /** What will stand there; null where it goes. */
  readonly entry: TreeEntry | null;
  /** Set where what the commit did is taken out of a text that others have changed since; `entry` has its mode. */
  readonly merged: string | null;
}

export interface Revert {
  readonly changes: readonly RevertedPath[];
  /** Why it cannot be taken back, in a sentence each. */
  readonly conflicts: readonly string[];
}

export interface RevertPlace {
  readonly repositories: Pick<Repositories, 'git' | 'scratchDir'>;
  readonly gitDir: string;
  /** The branch, as it is or as earlier steps will leave it. */
  readonly tree: TreeReader;
  readonly signal: AbortSignal;
}

/**
 * What of the tree of `head` changes where one earlier commit is taken back. A path that nobody has changed since goes
 * back to the very object; otherwise the commit's own lines are taken out, as long as nobody has changed those. Depends
 * on nothing but the two commits. Null where there are too many paths.
 */
export const revertChanges = async (
  place: RevertPlace,
  commit: Pick<HistoricCommit, 'id' | 'parents'>,
  head: string,
): Promise<Revert | null> => {
  const { repositories, gitDir, tree, signal } = place;
  const changed = await createBranchHistory(repositories.git, gitDir, signal).changedPaths(commit);
  if (changed === null) return null;
  const standing = await tree.entries(
    head,
    changed.map(({ path }) => path),
  );
  const gone = new Set(changed.filter(({ before }) => before === null).map(({ path }) => path));
  const changes: RevertedPath[] = [];
  const conflicts: string[] = [];
  for (const { path, before, after } of changed) {
    const now = standing.get(path) ?? null;
    if (isSame(now, before)) continue;
    const blocked =
      before && ancestorsOf(path).find((above) => isFile(standing.get(above)) && !gone.has(above));
    if (blocked) conflicts.push(`${quoted(blocked)} is a file by now, so ${quoted(path)} cannot come back.`);
    else if (isSame(now, after)) changes.push({ path, now, entry: before, merged: null });
    else {
      const merged = before && after && now ? await mergeOut(place, { before, after, now }) : null;
      if (merged === null)
        conflicts.push(`${quoted(path)} was changed again since; taking it back would lose that.`);
      else changes.push({ path, now, entry: now, merged });
    }
  }
  return { changes, conflicts };
};

const isFile = (entry: TreeEntry | undefined): boolean => entry !== undefined && entry.mode !== '040000';

const isSame = (one: TreeEntry | null, other: TreeEntry | null): boolean =>
  one?.id === other?.id && one?.mode === other?.mode;

/** Takes the way from `before` to `after` out of what stands there now; null where that is not possible, or no text. Two pointers of LFS make no third. */
const mergeOut = async (
  { repositories: { git, scratchDir }, tree, signal }: RevertPlace,
  sides: { readonly before: TreeEntry; readonly after: TreeEntry; readonly now: TreeEntry },
): Promise<string | null> => {
  const entries = [sides.now, sides.after, sides.before];
  if (entries.some(({ mode }) => !mode.startsWith('100'))) return null;
  const contents = await tree.contents(entries.map(({ id }) => id));
  const texts = entries.map(({ id }) => contents.get(id));
  if (!texts.every((text) => text !== undefined && isText(text) && !isLfsPointer(text.toString('utf8'))))
    return null;
  return inFolder(scratchDir, async (folder) => {
    const names = ['now', 'after', 'before'].map((name) => join(folder, name));
    await Promise.all(names.map((name, index) => writeFile(name, texts[index] ?? '')));
    // 1 to 127 tell how many conflicts there are, above that is a failure.
    const conflicts = Array.from({ length: 127 }, (_, index) => index + 1);
    const { exitCode, text } = await git(['merge-file', '-p', '--quiet', ...names], {
      signal,
      answers: conflicts,
    });
    return exitCode === 0 ? text : null;
  });
};
