import { expiresSoonMs, type ApprovalStatus } from '@countersign/shared';
import { IconBan, IconCheck, IconClockX, IconReplace, IconX, type Icon } from '@tabler/icons-react';
import { memo } from 'react';
import { formatAgo, formatCountdown } from '../../../components/duration.ts';
import { useServerNow } from '../../../components/use-now.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { EnvironmentPill } from '../../../vocabulary/environment-pill.tsx';
import { RiskMark } from '../../../vocabulary/risk-mark.tsx';
import { rowTitle, titleParts, type ApprovalRow } from './approval-list.ts';
import styles from './approval-row.module.css';
import { blastRadius } from '../blast-radius.ts';
import { endingOf, outcomeWords } from '../outcome-words.ts';
import { QuorumDots } from '../quorum-dots.tsx';

const When = ({ row }: { row: ApprovalRow }) => {
  const nowMs = useServerNow();
  if (row.status !== 'PENDING') {
    return (
      <span className={styles['when']}>{formatAgo(nowMs - Date.parse(row.resolvedAt ?? row.createdAt))}</span>
    );
  }
  const leftMs = Date.parse(row.expiresAt) - nowMs;
  return (
    <span className={styles['when']} data-urgent={leftMs < expiresSoonMs || undefined}>
      <span className="visually-hidden">expires in </span>
      {leftMs <= 0 ? 'expired' : formatCountdown(leftMs)}
    </span>
  );
};

const outcomeIcons: Readonly<Record<Exclude<ApprovalStatus, 'PENDING'>, Icon>> = {
  APPROVED: IconCheck,
  REJECTED: IconX,
  EXPIRED: IconClockX,
  CANCELLED: IconBan,
  SUPERSEDED: IconReplace,
};

const Outcome = ({ row: { status, task }, words }: { row: ApprovalRow; words: string }) => {
  const OutcomeIcon = status === 'PENDING' ? null : outcomeIcons[status];
  const ending = status === 'APPROVED' ? endingOf(task) : null;
  return (
    <span className={styles['outcome']} data-status={status}>
      {OutcomeIcon ? <OutcomeIcon size={13} stroke={2.2} aria-hidden /> : null}
      <span>
        <VisibleText text={words} />
      </span>
      {ending ? <b data-bad={!ending.isGood || undefined}>{ending.word}</b> : null}
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
  const reach = row.task.plan ? blastRadius(row.task.plan) : null;
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
        {titleParts(rowTitle(row)).map((part, index) => (
          <span key={index}>
            <VisibleText text={part} />
          </span>
        ))}
      </span>
      <When row={row} />
      <span className={styles['who']}>
        <VisibleText text={row.task.submittedBy.name} />: “<VisibleText text={row.task.goal} />”
      </span>
      <span className={styles['state']}>
        <EnvironmentPill environment={row.task.environment} />
        {row.revision > 1 ? <span>rev {row.revision}, came back</span> : null}
        {isSending ? (
          <span>Sending…</span>
        ) : outcome === null ? (
          <>
            {row.staleSince === null ? null : <span className={styles['stale']}>target moved</span>}
            <QuorumDots given={row.given} required={row.required} stages={row.stages} />
            {reach && reach.count > 0 ? <span>{reach.words}</span> : null}
          </>
        ) : (
          <Outcome row={row} words={outcome} />
        )}
      </span>
    </div>
  );
});
ApprovalRowContent.displayName = 'ApprovalRowContent';
