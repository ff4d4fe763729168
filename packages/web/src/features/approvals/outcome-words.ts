import type { ApprovalStatus, Verdict } from '@countersign/shared';

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

/** How a request ended, in a few words: "Approved by Mei Tanaka". Null while it is open. */
export const outcomeWords = ({
  status,
  reviews,
}: {
  readonly status: ApprovalStatus;
  readonly reviews: readonly ReviewLike[];
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
      return 'Cancelled';
    case 'SUPERSEDED':
      return 'Replaced by a newer revision';
  }
};
