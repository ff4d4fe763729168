/** A branch as it stands, and what a new one would start from. */
export interface BranchState {
  readonly head: string | null;
  /** The default branch; null where HEAD names none that is there. */
  readonly fallback: { readonly branch: string; readonly head: string } | null;
  /** True where there is no branch at all, so that a commit may be the first. */
  readonly isEmpty: boolean;
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
  /** The same for every name that it goes by. */
  readonly id: string;
  /** Where its objects are read and written: the repository itself, or our copy of a remote one. */
  readonly gitDir: string;
  /** Reads the branch as it is now; its objects are then in `gitDir`. */
  readonly readBranch: (branch: string, signal: AbortSignal) => Promise<BranchState>;
  /** Why this branch cannot be moved from outside, or null. */
  readonly obstacle: (branch: string, signal: AbortSignal) => Promise<string | null>;
  /** What it would do with a commit and will not, in a sentence each. */
  readonly remarks: (signal: AbortSignal) => Promise<readonly string[]>;
  /** A compare-and-set: throws PRECONDITION_FAILED where the branch is not at `from`. */
  readonly moveBranch: (move: BranchMove, signal: AbortSignal) => Promise<void>;
}
