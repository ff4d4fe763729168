import type { ApprovalStatus, DecoyResult, Verdict } from '@countersign/shared';

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
