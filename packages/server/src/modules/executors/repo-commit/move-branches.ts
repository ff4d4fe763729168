import { amended, ExecutorError } from '../executor-error.ts';
import type { Git } from './git.ts';
import { hasMoved } from './local-repository.ts';
import type { CommitTarget } from './repositories.ts';
import type { Repository } from './repository.ts';

export interface CommitMove {
  readonly branch: string;
  readonly from: string | null;
  readonly to: string;
}

/**
 * Puts the commit on the branch and gives the one that is there in the end: where the move fails, an
 * attempt with the same key may have been faster, or the answer to ours got lost. `findTwin` looks.
 */
export const movePrimary = async (
  { primary, mirror }: CommitTarget,
  move: CommitMove,
  findTwin: () => Promise<{ readonly commit: string } | null>,
  signal: AbortSignal,
): Promise<string> => {
  try {
    const obstacle = await primary.obstacle(move.branch, signal);
    if (obstacle) throw new ExecutorError('PRECONDITION_FAILED', obstacle, { effect: 'NONE' });
    if (mirror && (await mirror.readBranch(move.branch, signal)).head !== move.from)
      throw hasMoved(move.branch);
    await primary.moveBranch({ ...move, objectsIn: primary.gitDir }, signal);
    return move.to;
  } catch (error) {
    // What failed is what the caller must hear, also where looking fails too.
    const twin = signal.aborted ? null : await findTwin().catch(() => null);
    if (!twin) throw error;
    return twin.commit;
  }
};

/** Pushes what the primary holds to its mirror, unless it is there already. */
export const moveMirror = async (
  git: Git,
  { primary, mirror }: CommitTarget,
  move: CommitMove,
  signal: AbortSignal,
): Promise<void> => {
  if (!mirror) return;
  try {
    if (await isOnBranch(git, mirror, move, signal)) return;
    await mirror.moveBranch({ ...move, objectsIn: primary.gitDir }, signal);
  } catch (error) {
    if (!(error instanceof ExecutorError)) throw error;
    // The commit is on the local branch already: only the push is missing, and a retry goes on from there.
    throw amended(error, { effect: 'UNKNOWN', message: `Committed, but not pushed: ${error.message}` });
  }
};

/** Whether the branch holds this commit, with or without others on top. */
const isOnBranch = async (
  git: Git,
  { readBranch, gitDir }: Repository,
  { branch, to }: CommitMove,
  signal: AbortSignal,
): Promise<boolean> => {
  const { head } = await readBranch(branch, signal);
  if (head === null) return false;
  // 128: the commit is not known there at all.
  const args = ['merge-base', '--is-ancestor', to, head];
  return (await git(args, { gitDir, signal, answers: [1, 128] })).exitCode === 0;
};
