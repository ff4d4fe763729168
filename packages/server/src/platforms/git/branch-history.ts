import type { Git } from './git.ts';
import type { TreeEntry } from './tree-entries.ts';

/** A commit as it stands in the history of a branch. */
export interface HistoricCommit {
  readonly id: string;
  readonly parents: readonly string[];
  /** The first line of its message: whoever made it wrote that. */
  readonly subject: string;
}

export interface ChangedPath {
  readonly path: string;
  /** Null where there was nothing. */
  readonly before: TreeEntry | null;
  /** Null where it went. */
  readonly after: TreeEntry | null;
}

/** As many as one commit of ours may touch. */
export const mostChangedPaths = 200;
/** Each record has two modes, two ids, and a path of git's longest. */
const enoughBytes = mostChangedPaths * (150 + 4_096);

/** Looks commits up in one git folder. */
export interface BranchHistory {
  /** Null where it is not in the history of `head`. */
  readonly find: (commit: string, head: string) => Promise<HistoricCommit | null>;
  /** What a commit changed since its first parent, a rename as two paths; null where these are too many. */
  readonly changedPaths: (
    commit: Pick<HistoricCommit, 'id' | 'parents'>,
  ) => Promise<readonly ChangedPath[] | null>;
}

export const createBranchHistory = (git: Git, gitDir: string, signal: AbortSignal): BranchHistory => ({
  find: async (commit, head) => {
    // 128: there is no such object, or it is no commit.
    const isAncestor = ['merge-base', '--is-ancestor', commit, head];
    const { exitCode } = await git(isAncestor, { gitDir, signal, answers: [1, 128] });
    if (exitCode !== 0) return null;
    const args = ['rev-list', '--max-count=1', '--parents', '--format=%s', commit, '--'];
    const { text } = await git(args, { gitDir, signal });
    const [ids = '', subject = ''] = text.split('\n');
    const [, id = '', ...parents] = ids.split(' ');
    return { id, parents, subject };
  },
  changedPaths: async ({ id, parents: [parent] }) => {
    const between = parent === undefined ? ['--root', id] : [parent, id];
    const flags = ['-r', '-z', '--raw', '--no-renames', '--no-commit-id', '--full-index'];
    const args = ['diff-tree', ...flags, ...between, '--'];
    const { text, isCut } = await git(args, { gitDir, signal, enoughBytes });
    if (isCut) return null;
    const fields = text.split('\0');
    const changed: ChangedPath[] = [];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [oldMode = '', newMode = '', oldId = '', newId = ''] = (fields[at] ?? '').slice(1).split(' ');
      const path = fields[at + 1] ?? '';
      changed.push({ path, before: entryOf(oldMode, oldId), after: entryOf(newMode, newId) });
    }
    return changed.length > mostChangedPaths ? null : changed;
  },
});

const entryOf = (mode: string, id: string): TreeEntry | null => (/^0+$/.test(mode) ? null : { mode, id });
