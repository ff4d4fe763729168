import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Plan } from '../../graphql/fragments.ts';
import { comparePlans } from './compare-plans.ts';
import type { DecisionRefusal } from './decision-desk.tsx';
import styles from './review-notices.module.css';

export interface ReviewNoticesProps {
  readonly plan: Plan | null;
  readonly newer: Plan | null;
  readonly onReviewChange: () => void;
  readonly refusal: DecisionRefusal | null;
}

const titles: Readonly<Record<string, string>> = {
  CONFLICT: 'The plan changed before your decision arrived. Nothing was decided.',
  ALREADY_DECIDED: 'Someone was faster.',
  APPROVAL_EXPIRED: 'Too late.',
  APPROVAL_SUPERSEDED: 'A newer revision took the place of this one. Nothing was decided.',
  UNDO_WINDOW_CLOSED: 'Too late to undo.',
  NETWORK_UNREACHABLE: 'No answer.',
};

/** What came between reading and deciding, right above the buttons. */
export const ReviewNotices = ({ plan, newer, onReviewChange, refusal }: ReviewNoticesProps) => {
  const changed = plan && newer ? comparePlans(plan, newer).length : 0;
  if (!newer && !refusal) return null;
  return (
    <div className={styles['notices']}>
      {refusal ? (
        <Notice tone="red" isUrgent icon={<IconAlertTriangle size={17} stroke={1.8} />}>
          <b>{titles[refusal.code] ?? 'Not decided.'}</b> <VisibleText text={refusal.message} />
        </Notice>
      ) : null}
      {newer ? (
        <Notice
          tone="amber"
          isUrgent
          icon={<IconInfoCircle size={17} stroke={1.8} />}
          action={
            <Button size="small" onClick={onReviewChange}>
              Review the change
            </Button>
          }
        >
          <b>Rev {newer.revision} arrived while you were reading.</b> {changed}{' '}
          {changed === 1 ? 'field' : 'fields'} changed; what you see is still rev {plan?.revision}.
        </Notice>
      ) : null}
    </div>
  );
};
