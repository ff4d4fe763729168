import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { lazy, Suspense, type ComponentType } from 'react';
import { formatAgo } from '../../../components/duration.ts';
import { Notice } from '../../../components/notice.tsx';
import { useServerNow } from '../../../components/use-now.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import type { Plan } from '../../../graphql/plan-fragments.ts';
import { notSentCode, unknownCode, type DecisionRefusal } from '../decide/sent-decisions.tsx';
import styles from './review-notices.module.css';
import type { Presented } from './use-presented.ts';

// Few requests are followed by another while they are read; without the comparison the notice says enough.
const ComparisonWords = lazy((): Promise<{ default: ComponentType<{ before: Plan; after: Plan }> }> =>
  import('./comparison-words.tsx').then(
    (m) => ({ default: m.ComparisonWords }),
    () => ({ default: () => null }),
  ),
);

const titles: Readonly<Record<string, string>> = {
  CONFLICT: 'The plan changed before your decision arrived. Nothing was decided.',
  ALREADY_DECIDED: 'Someone was faster.',
  APPROVAL_EXPIRED: 'Too late.',
  APPROVAL_SUPERSEDED: 'A newer revision took the place of this one. Nothing was decided.',
  STEP_UP_REQUIRED: 'Not decided: it needs your passkey.',
  UNDO_WINDOW_CLOSED: 'Too late to undo.',
  [unknownCode]: 'Not known.',
  NOT_ARRIVED: 'Not decided.',
  [notSentCode]: 'Not sent.',
};

const Arrived = ({
  plan,
  newer,
  at,
}: {
  plan: Plan | null;
  newer: NonNullable<Presented['newer']>;
  at: string | null;
}) => {
  const nowMs = useServerNow();
  return (
    <Notice tone="amber" isUrgent icon={<IconInfoCircle size={17} stroke={1.8} />}>
      <b>
        Rev {newer.revision} arrived
        {/* Read out once, not every second. */}
        {at === null ? null : <span aria-hidden> {formatAgo(nowMs - Date.parse(at))}</span>}
      </b>
      {plan && newer.plan ? (
        <Suspense fallback={null}>
          <ComparisonWords before={plan} after={newer.plan} />
        </Suspense>
      ) : null}
      .{plan ? ` What you see is still rev\u00a0${plan.revision}.` : null}
    </Notice>
  );
};

export interface ReviewNoticesProps {
  readonly plan: Plan | null;
  readonly newer: Presented['newer'];
  /** When the newer one took the place of this one. */
  readonly newerAt: string | null;
  readonly refusal: DecisionRefusal | null;
}

/** What came between reading and deciding, right above the buttons. */
export const ReviewNotices = ({ plan, newer, newerAt, refusal }: ReviewNoticesProps) =>
  newer || refusal ? (
    <div className={styles['notices']}>
      {refusal ? (
        <Notice tone="red" isUrgent icon={<IconAlertTriangle size={17} stroke={1.8} />}>
          <b>{titles[refusal.code] ?? 'Not decided.'}</b> <VisibleText text={refusal.message} />
        </Notice>
      ) : null}
      {newer ? <Arrived plan={plan} newer={newer} at={newerAt} /> : null}
    </div>
  ) : null;
