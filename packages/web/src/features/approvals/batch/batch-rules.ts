import type { BatchRow } from './batch-data.ts';

type Rights = Pick<BatchRow, 'viewerCanApprove' | 'viewerCanReject' | 'singleReviewReason'>;

/** Why a request cannot be approved with others; null where it can. */
export const approvingAlone = ({ viewerCanApprove, singleReviewReason }: Rights): string | null =>
  viewerCanApprove ? singleReviewReason : 'You cannot approve this one.';

export interface Offer<Row> {
  readonly approved: readonly Row[];
  readonly rejected: readonly Row[];
  /** `Approve 11 of 14 (3 need a review of their own)` */
  readonly approveLabel: string;
  readonly rejectLabel: string;
}

/** What a press would do with what is chosen. */
export const offerOf = <Row extends Rights>(chosen: readonly Row[]): Offer<Row> => {
  const approved = chosen.filter((row) => approvingAlone(row) === null);
  const rejected = chosen.filter(({ viewerCanReject }) => viewerCanReject);
  const alone = chosen.length - approved.length;
  const need = alone === 1 ? '1 needs a review of its own' : `${alone} need a review of their own`;
  return {
    approved,
    rejected,
    approveLabel:
      alone === 0 ? `Approve ${chosen.length}` : `Approve ${approved.length} of ${chosen.length} (${need})`,
    rejectLabel: `Reject ${rejected.length}`,
  };
};

/** Those of the chosen that have not been on screen yet: nobody approves what they have not passed by. */
export const unseenOf = <Row extends { readonly id: string }>(
  chosen: readonly Row[],
  seen: ReadonlySet<string>,
): readonly Row[] => chosen.filter(({ id }) => !seen.has(id));
