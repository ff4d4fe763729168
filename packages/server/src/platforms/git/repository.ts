import type { Finding } from '../../domain/planned-action.ts';

/** A branch as it stands, and what a new one would start from. */
export interface BranchState {
  readonly head: string | null;
  /** The default branch; null where HEAD names none that is there. */
  readonly fallback: { readonly branch: string; readonly head: string } | null;
  /** True where there is no branch at all, so that a commit may be the first. */
  readonly isEmpty: boolean;
}

export interface RefMove {
  /** `refs/heads/main`, `refs/tags/v1` */
  readonly ref: string;
  /** Where it must be; null where it must not exist. */
  readonly from: string | null;
  /** Null takes it away. */
  readonly to: string | null;
  /** The git folder that holds the objects of `to`. */
  readonly objectsIn: string;
}

/** One place where branches and tags live. */
export interface Repository {
  /** The same for every name that it goes by. */
  readonly id: string;
  /** Where its objects are read and written: the repository itself, or our copy of a remote one. */
  readonly gitDir: string;
  /** Reads the branch as it is now; its objects are then in `gitDir`. */
  readonly readBranch: (branch: string, signal: AbortSignal) => Promise<BranchState>;
  /** The object that a branch or a tag names now, or null; it is then in `gitDir`. */
  readonly refAt: (ref: string, signal: AbortSignal) => Promise<string | null>;
  /** Why this branch or tag cannot be moved from outside, or null. */
  readonly obstacle: (ref: string, signal: AbortSignal) => Promise<string | null>;
  /** What it would do with this branch or tag and will not. */
  readonly remarks: (ref: string, signal: AbortSignal) => Promise<readonly Finding[]>;
  /** A compare-and-set: throws PRECONDITION_FAILED where it is not at `from`. */
  readonly moveRef: (move: RefMove, signal: AbortSignal) => Promise<void>;
}
