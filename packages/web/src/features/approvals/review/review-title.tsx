import { IconArrowsDiagonal, IconChevronLeft, IconLink } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { CopyButton } from '../../../components/copy-button.tsx';
import { formatAgo, formatDate } from '../../../components/duration.ts';
import { IconButton } from '../../../components/icon-button.tsx';
import { useServerNow } from '../../../components/use-now.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { EnvironmentPill } from '../../../vocabulary/environment-pill.tsx';
import { PrincipalChip } from '../../../vocabulary/principal-chip.tsx';
import { RiskMark } from '../../../vocabulary/risk-mark.tsx';
import { shortId } from '../../../vocabulary/short-id.ts';
import { GoalWords } from '../../../vocabulary/goal-words.tsx';
import type { ApprovalDetail } from '../approval-detail.ts';
import { OnlookersOf } from './onlookers.tsx';
import styles from './review-title.module.css';

const Who = ({ approval }: { approval: ApprovalDetail }) => {
  const nowMs = useServerNow();
  const { submittedBy, environment } = approval.task;
  return (
    <p className={styles['who']}>
      <PrincipalChip principal={submittedBy} />
      {submittedBy.owner ? (
        <>
          <span>on behalf of</span>
          <PrincipalChip principal={submittedBy.owner} />
        </>
      ) : null}
      <EnvironmentPill environment={environment} />
      <span>rev {approval.revision}</span>
      <Link to="/tasks/$id" params={{ id: approval.task.id }}>
        task {shortId(approval.task.id)}
      </Link>
      <time dateTime={approval.createdAt} title={formatDate(approval.createdAt)}>
        asked {formatAgo(nowMs - Date.parse(approval.createdAt))}
      </time>
    </p>
  );
};

export interface ReviewTitleProps {
  readonly approval: ApprovalDetail;
  /** In consequence words, built by the server from what will run. */
  readonly title: string;
  readonly link: string;
  readonly onBack?: (() => void) | undefined;
  readonly onExpand?: (() => void) | undefined;
}

export const ReviewTitle = ({ approval, title, link, onBack, onExpand }: ReviewTitleProps) => (
  <header className={styles['head']}>
    <div className={styles['row']}>
      {onBack ? (
        <span className={styles['back']}>
          <IconButton label="Back to the list" keys="Esc" onClick={onBack}>
            <IconChevronLeft size={20} aria-hidden />
          </IconButton>
        </span>
      ) : null}
      <span className={styles['risk']}>
        <RiskMark risk={approval.task.risk} size={20} />
      </span>
      <div className={styles['words']}>
        <h1>
          <VisibleText text={title} isBreakable />
        </h1>
        <div className={styles['says']}>
          <GoalWords goal={approval.task.goal} justification={approval.task.justification} />
        </div>
      </div>
      <div className={styles['tools']}>
        <CopyButton value={link} label="Copy link" isOutlined icon={<IconLink size={15} aria-hidden />} />
        {onExpand ? (
          <IconButton label="Open as a page" keys="↵" isOutlined onClick={onExpand}>
            <IconArrowsDiagonal size={15} aria-hidden />
          </IconButton>
        ) : null}
      </div>
    </div>
    <Who approval={approval} />
    {approval.status === 'PENDING' ? <OnlookersOf key={approval.id} approvalId={approval.id} /> : null}
  </header>
);
