/** A branch as it stands, and what a new one would start from. */
export interface BranchState {
  readonly head: string | null;
  /** The default branch; null where the repository has no commit on it. */
  readonly fallback: { readonly branch: string; readonly head: string } | null;
}

export interface BranchMove {
  readonly branch: string;
  /** Where the branch must be; null where it must not exist. */
  readonly from: string | null;
  readonly to: string;
  /** The git folder that holds the objects of `to`. */
  readonly objectsIn: string;
}

/** One place where branches live. */
export interface Repository {
  /** Where its objects are read and written: the repository itself, or our copy of a remote one. */
  readonly gitDir: string;
  /** Reads the branch as it is now; its objects are then in `gitDir`. */
  readonly readBranch: (branch: string, signal: AbortSignal) => Promise<BranchState>;
  /** Why this branch cannot be moved from outside, or null. */
  readonly obstacle: (branch: string, signal: AbortSignal) => Promise<string | null>;
  /** A compare-and-set: throws PRECONDITION_FAILED where the branch is not at `from`. */
  readonly moveBranch: (move: BranchMove, signal: AbortSignal) => Promise<void>;
}
