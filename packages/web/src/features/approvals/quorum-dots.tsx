import styles from './quorum-dots.module.css';

/** A dot per needed approval, filled where it was given, and the same in figures. */
export const QuorumDots = ({ given, required }: { given: number; required: number }) => (
  <span className={styles['quorum']}>
    <span className={styles['dots']} aria-hidden>
      {Array.from({ length: Math.min(required, 5) }, (_, index) => (
        <span key={index} data-given={index < given || undefined} />
      ))}
    </span>
    {given}/{required} {required === 1 ? 'approval' : 'approvals'}
  </span>
);
