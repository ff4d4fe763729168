import { IconArrowsMove } from '@tabler/icons-react';
import { Notice } from '../../../components/notice.tsx';
import { VisibleText } from '../../../components/visible-text.tsx';
import type { ApprovalDetail } from '../approval-detail.ts';

/** What is asked about is not as it was when it was planned, or was not for the revision before. */
export const TargetMoved = ({
  approval: { status, staleReason, previous },
}: {
  approval: Pick<ApprovalDetail, 'status' | 'staleReason'> & {
    readonly previous: Pick<NonNullable<ApprovalDetail['previous']>, 'staleReason'> | null;
  };
}) => {
  const isStale = staleReason !== null && (status === 'PENDING' || status === 'APPROVED');
  const before = previous?.staleReason ?? null;
  if (!isStale && before === null) return null;
  return (
    <Notice tone="amber" icon={<IconArrowsMove size={17} stroke={1.8} />}>
      {isStale ? (
        <>
          <b>Target moved.</b> <VisibleText text={staleReason} /> It is planned again as soon as that is
          possible.
        </>
      ) : (
        <>
          <b>Planned again.</b> <VisibleText text={before ?? ''} />
        </>
      )}
    </Notice>
  );
};
