import {
  isFinalStatus,
  type ApprovalStatus,
  type DecoyResult,
  type FinalStatus,
  type TaskMode,
  type TaskStatus,
  type Verdict,
} from '@countersign/shared';

interface ReviewLike {
  readonly verdict: Verdict;
  readonly reviewer: { readonly id: string; readonly name: string };
}

/** Names of those whose approval stands: the last word of each person counts. */
export const standingApprovers = (reviews: readonly ReviewLike[]): string[] => {
  const standing = new Map<string, string>();
  for (const { verdict, reviewer } of reviews) {
    if (verdict === 'APPROVE') standing.set(reviewer.id, reviewer.name);
    else standing.delete(reviewer.id);
  }
  return [...standing.values()];
};

const by = (names: readonly string[]): string => (names.length === 0 ? '' : ` by ${names.join(' and ')}`);

interface Ending {
  /** In a list, behind who approved it. */
  readonly word: string;
  /** Behind "Approved, and". */
  readonly clause: string;
  readonly isGood: boolean;
}

const endings: Readonly<Record<FinalStatus | 'NEEDS_ATTENTION', Ending>> = {
  SUCCEEDED: { word: 'succeeded', clause: 'it succeeded', isGood: true },
  FAILED: { word: 'failed', clause: 'it failed', isGood: false },
  ROLLED_BACK: { word: 'rolled back', clause: 'it was rolled back', isGood: false },
  NEEDS_ATTENTION: {
    word: 'needs attention',
    clause: 'it needs attention',
    isGood: false,
  },
  DENIED: { word: 'stopped by policy', clause: 'policy stopped it: nothing ran', isGood: false },
  REJECTED: { word: 'rejected', clause: 'it was rejected: nothing ran', isGood: false },
  EXPIRED: { word: 'expired', clause: 'its time to begin was over: nothing ran', isGood: false },
  CANCELLED: { word: 'cancelled', clause: 'it was cancelled', isGood: false },
};

const uncalled: Readonly<Record<Exclude<TaskMode, 'APPLY'>, Ending>> = {
  PLAN: { word: 'planned only', clause: 'nothing was to run', isGood: true },
  NOOP: { word: 'no-op passed', clause: 'its no-op passed', isGood: true },
};

/** What became of what was approved; null while it may still become something. */
export const endingOf = ({
  status,
  mode,
}: {
  readonly status: TaskStatus;
  readonly mode: TaskMode;
}): Ending | null => {
  if (status === 'SUCCEEDED' && mode !== 'APPLY') return uncalled[mode];
  return isFinalStatus(status) || status === 'NEEDS_ATTENTION' ? endings[status] : null;
};

export interface DecoyLike {
  readonly result: DecoyResult | null;
  readonly decidedBy: { readonly name: string } | null;
}

const decoyWords = ({ result, decidedBy }: DecoyLike): string => {
  if (result === 'APPROVED') return `A decoy that ${decidedBy?.name ?? 'somebody'} approved`;
  if (result === 'CAUGHT') return `A decoy that ${decidedBy?.name ?? 'somebody'} caught`;
  return 'A decoy that nobody decided on';
};

/** How a request ended, in a few words: "Approved by Mei Tanaka". Null while it is open. */
export const outcomeWords = ({
  status,
  reviews,
  decoy = null,
}: {
  readonly status: ApprovalStatus;
  readonly reviews: readonly ReviewLike[];
  readonly decoy?: DecoyLike | null;
}): string | null => {
  switch (status) {
    case 'PENDING':
      return null;
    case 'APPROVED':
      return `Approved${by(standingApprovers(reviews))}`;
    case 'REJECTED':
      return `Rejected${by(reviews.filter(({ verdict }) => verdict === 'REJECT').map(({ reviewer }) => reviewer.name))}`;
    case 'EXPIRED':
      return 'Expired before anyone decided';
    case 'CANCELLED':
      return decoy ? decoyWords(decoy) : 'Cancelled';
    case 'SUPERSEDED':
      return 'Replaced by a newer revision';
  }
};
