import type { ApprovalDetail } from './approval-detail.ts';
import styles from './quorum-dots.module.css';
import { quorumWords } from './quorum-words.ts';

const shownDots = 5;

/** A dot per needed approval, filled where it was given, the needs of each group together, and the same in figures. */
export const QuorumDots = ({
  given,
  required,
  stages,
}: Pick<ApprovalDetail, 'given' | 'required' | 'stages'>) => {
  const words = quorumWords(stages);
  return (
    <span className={styles['quorum']} title={words ?? undefined}>
      {stages.flatMap(({ needs }, stage) =>
        needs.map((need, index) => (
          <span key={`${stage} ${index}`} className={styles['dots']} aria-hidden>
            {Array.from({ length: Math.min(need.required, shownDots) }, (_, dot) => (
              <span key={dot} data-given={dot < need.approvers.length || undefined} />
            ))}
          </span>
        )),
      )}
      {given}/{required} {required === 1 ? 'approval' : 'approvals'}
    </span>
  );
};
