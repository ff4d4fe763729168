import { IconReplace } from '@tabler/icons-react';
import { Notice } from '../../../components/notice.tsx';
import { VisibleText } from '../../../components/visible-text.tsx';
import type { ApprovalDetail } from '../approval-detail.ts';
import { clearedWords } from './cleared-words.ts';

/** An approval is not undone in silence: whose it was stands above every tab of the request that took its place. */
export const CameBack = ({
  approval,
  viewerId,
}: {
  approval: ApprovalDetail;
  viewerId: string | undefined;
}) => {
  const words = clearedWords(approval, viewerId);
  return words === null ? null : (
    <Notice tone="amber" icon={<IconReplace size={17} stroke={1.8} />}>
      <VisibleText text={words} />
    </Notice>
  );
};
