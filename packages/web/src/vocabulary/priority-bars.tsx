import { priorities, type Priority } from '@countersign/shared';
import styles from './priority-bars.module.css';

export const priorityWords: Readonly<Record<Priority, string>> = {
  CRITICAL: 'Critical',
  HIGH: 'High',
  NORMAL: 'Normal',
  LOW: 'Low',
};

/** Signal bars, never a colour: a priority cannot be taken for a risk. */
export const PriorityBars = ({ priority, withWord = false }: { priority: Priority; withWord?: boolean }) => {
  const lit = priorities.length - priorities.indexOf(priority);
  return (
    <span className={styles['priority']}>
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden>
        {[1, 2, 3, 4].map((bar) => (
          <rect
            key={bar}
            className={bar <= lit ? styles['lit'] : styles['unlit']}
            x={(bar - 1) * 3.6}
            y={12 - bar * 2.75}
            width="2.4"
            height={1 + bar * 2.75}
            rx="0.6"
          />
        ))}
      </svg>
      {withWord ? (
        priorityWords[priority]
      ) : (
        <span className="visually-hidden">{priorityWords[priority]} priority</span>
      )}
    </span>
  );
};
