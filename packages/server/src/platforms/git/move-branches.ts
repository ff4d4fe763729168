import { amended, ExecutorError } from '../kit/executor-error.ts';
import { hasMoved } from './local-repository.ts';
import type { CommitTarget } from './repositories.ts';
import type { Repository } from './repository.ts';

export interface CommitMove {
  readonly branch: string;
  readonly from: string | null;
  readonly to: string;
}

/** Where a commit ended. */
export interface Moved {
  readonly commit: string;
  /** False where a local branch went on by itself meanwhile, so that it does not hold what its remote holds. */
  readonly isLocal: boolean;
}

/** Looks in a repository for what an attempt with the same key made. */
export type FindTwin = (repository: Repository) => Promise<{ readonly commit: string } | null>;

/**
 * Puts the commit on the branch: at the remote first, since that is who may say no, and then on the local branch.
 * Gives the commit that is there in the end: where a move fails, an attempt with the same key may have been
 * faster, or the answer to ours got lost.
 */
export const moveBranches = async (
  { primary, mirror }: CommitTarget,
  move: CommitMove,
  findTwin: FindTwin,
  signal: AbortSignal,
): Promise<Moved> => {
  if (!mirror) return { commit: await moveOne(primary, primary, move, findTwin, signal), isLocal: true };
  if ((await primary.readBranch(move.branch, signal)).head !== move.from) throw hasMoved(move.branch);
  const commit = await moveOne(mirror, primary, move, findTwin, signal);
  return { commit, isLocal: await follow(primary, { ...move, to: commit }, findTwin, signal) };
};

const moveOne = async (
  repository: Repository,
  { gitDir: objectsIn }: Repository,
  move: CommitMove,
  findTwin: FindTwin,
  signal: AbortSignal,
): Promise<string> => {
  try {
    const obstacle = await repository.obstacle(move.branch, signal);
    if (obstacle) throw new ExecutorError('PRECONDITION_FAILED', obstacle, { effect: 'NONE' });
    await repository.moveBranch({ ...move, objectsIn }, signal);
    return move.to;
  } catch (error) {
    // What failed is what the caller must hear, also where looking fails too.
    const twin = signal.aborted ? null : await findTwin(repository).catch(() => null);
    if (!twin) throw error;
    return twin.commit;
  }
};

/** Brings the local branch to what its remote holds; false where it moved elsewhere, which is left as it is. */
export const follow = async (
  primary: Repository,
  move: CommitMove,
  findTwin: FindTwin,
  signal: AbortSignal,
): Promise<boolean> => {
  try {
    await moveOne(primary, primary, move, findTwin, signal);
    return true;
  } catch (error) {
    if (!(error instanceof ExecutorError)) throw error;
    if (error.code === 'PRECONDITION_FAILED') return false;
    // The remote holds the commit already: only the local branch is missing, and a retry goes on from there.
    const message = `Pushed, but the local branch could not be moved: ${error.message}`;
    throw amended(error, { effect: 'UNKNOWN', message });
  }
};
