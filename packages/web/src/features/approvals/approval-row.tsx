import { memo } from 'react';
import { formatAgo, formatCountdown } from '../../components/duration.ts';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { RiskMark } from '../../vocabulary/risk-mark.tsx';
import { rowTargets, rowTitle, type ApprovalRow } from './approval-list.ts';
import styles from './approval-row.module.css';
import { urgentMs } from './inbox-order.ts';
import { outcomeWords } from './outcome-words.ts';
import { QuorumDots } from './quorum-dots.tsx';

const When = ({ row }: { row: ApprovalRow }) => {
  const nowMs = useServerNow();
  if (row.status !== 'PENDING') {
    return (
      <span className={styles['when']}>{formatAgo(nowMs - Date.parse(row.resolvedAt ?? row.createdAt))}</span>
    );
  }
  const leftMs = Date.parse(row.expiresAt) - nowMs;
  return (
    <span className={styles['when']} data-urgent={leftMs < urgentMs || undefined}>
      <span className="visually-hidden">expires in </span>
      {leftMs <= 0 ? 'expired' : formatCountdown(leftMs)}
    </span>
  );
};

export interface ApprovalRowProps {
  readonly row: ApprovalRow;
  readonly isSelected: boolean;
  readonly isLeaving: boolean;
  readonly isSending: boolean;
}

/** 74 px of one request: how risky, what, who, where, how far, how long. */
export const ApprovalRowContent = memo(({ row, isSelected, isLeaving, isSending }: ApprovalRowProps) => {
  const outcome = outcomeWords(row);
  const targets = rowTargets(row);
  return (
    <div
      className={styles['row']}
      data-selected={isSelected || undefined}
      data-faded={isLeaving || isSending || undefined}
    >
      <span className={styles['risk']}>
        <RiskMark risk={row.task.risk} size={16} />
      </span>
      <span className={styles['title']}>
        <VisibleText text={rowTitle(row)} />
      </span>
      <When row={row} />
      <span className={styles['who']}>
        <VisibleText text={row.task.submittedBy.name} />: “<VisibleText text={row.task.goal} />”
      </span>
      <span className={styles['state']}>
        <EnvironmentPill environment={row.task.environment} />
        {isSending ? (
          <span>Sending…</span>
        ) : outcome === null ? (
          <>
            <QuorumDots given={row.given} required={row.required} />
            {targets > 0 ? <span>{`${targets} ${targets === 1 ? 'target' : 'targets'}`}</span> : null}
          </>
        ) : (
          <span className={styles['outcome']}>
            <VisibleText text={outcome} />
          </span>
        )}
      </span>
    </div>
  );
});
ApprovalRowContent.displayName = 'ApprovalRowContent';
