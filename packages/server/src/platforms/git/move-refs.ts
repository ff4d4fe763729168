import { amended, ExecutorError, moved } from '../kit/executor-error.ts';
import { hasMoved } from './local-repository.ts';
import type { CommitTarget } from './repositories.ts';
import type { Repository } from './repository.ts';

export interface Move {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string;
}

/** Where a commit or a tag ended. */
export interface Moved {
  readonly object: string;
  /** False where a local branch went on by itself meanwhile, so that it does not hold what its remote holds. */
  readonly isLocal: boolean;
}

/** Looks in a repository for what an attempt with the same key made. */
export type FindTwin = (repository: Repository) => Promise<{ readonly object: string } | null>;

/**
 * Moves the branch or tag: at the remote first, since that is who may say no, and then the local one.
 * Gives the object that is there in the end: where a move fails, an attempt with the same key may have been
 * faster, or the answer to ours got lost.
 */
export const moveRefs = async (
  { primary, mirror }: CommitTarget,
  move: Move,
  findTwin: FindTwin,
  signal: AbortSignal,
): Promise<Moved> => {
  if (!mirror) return { object: await moveOne(primary, primary, move, findTwin, signal), isLocal: true };
  if ((await primary.refAt(move.ref, signal)) !== move.from) throw hasMoved(move.ref);
  const object = await moveOne(mirror, primary, move, findTwin, signal);
  return { object, isLocal: await follow(primary, { ...move, to: object }, findTwin, signal) };
};

const moveOne = async (
  repository: Repository,
  { gitDir: objectsIn }: Repository,
  move: Move,
  findTwin: FindTwin,
  signal: AbortSignal,
): Promise<string> => {
  try {
    const obstacle = await repository.obstacle(move.ref, signal);
    if (obstacle) throw moved(obstacle);
    await repository.moveRef({ ...move, objectsIn }, signal);
    return move.to;
  } catch (error) {
    // What failed is what the caller must hear, also where looking fails too.
    const twin = signal.aborted ? null : await findTwin(repository).catch(() => null);
    if (!twin) throw error;
    return twin.object;
  }
};

/** Brings the local one to what its remote holds; false where it moved elsewhere, which is left as it is. */
export const follow = async (
  primary: Repository,
  move: Move,
  findTwin: FindTwin,
  signal: AbortSignal,
): Promise<boolean> => {
  try {
    await moveOne(primary, primary, move, findTwin, signal);
    return true;
  } catch (error) {
    if (!(error instanceof ExecutorError)) throw error;
    if (error.code === 'PRECONDITION_FAILED') return false;
    // The remote holds it already: only the local one is missing, and a retry goes on from there.
    const message = `Pushed, but what is local could not be moved: ${error.message}`;
    throw amended(error, { effect: 'UNKNOWN', message });
  }
};
