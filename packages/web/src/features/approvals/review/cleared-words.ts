import type { Verdict } from '@countersign/shared';

interface Cleared {
  readonly revision: number;
  readonly previous: {
    readonly revision: number;
    readonly reviews: readonly {
      readonly verdict: Verdict;
      readonly reviewer: { readonly id: string; readonly name: string };
    }[];
  } | null;
}

/**
 * What became of the approvals of the revision before: "Revision 2 cleared your approval of revision 1." Null where
 * nobody's approval stood.
 */
export const clearedWords = (
  { revision, previous }: Cleared,
  viewerId: string | undefined,
): string | null => {
  if (!previous) return null;
  const standing = new Map<string, string>();
  for (const { verdict, reviewer } of previous.reviews) {
    if (verdict === 'APPROVE') standing.set(reviewer.id, reviewer.name);
    else standing.delete(reviewer.id);
  }
  const isMine = viewerId !== undefined && standing.delete(viewerId);
  const whose = [
    ...(isMine ? ['your approval'] : []),
    ...(standing.size > 0 ? [`that of ${[...standing.values()].join(' and ')}`] : []),
  ];
  if (whose.length === 0) return null;
  const words = isMine ? whose.join(' and ') : `the approval of ${[...standing.values()].join(' and ')}`;
  return `Revision ${revision} cleared ${words} of revision ${previous.revision}: what it would do has changed.`;
};
