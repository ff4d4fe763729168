import type { ReactNode } from 'react';
import styles from './notice.module.css';

/** A sentence across a panel that must be read before going on. */
export const Notice = ({
  tone,
  icon,
  action,
  children,
  isUrgent = false,
}: {
  tone: 'neutral' | 'amber' | 'red' | 'violet' | 'green';
  icon?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  isUrgent?: boolean;
}) => (
  <div className={styles['notice']} data-tone={tone} role={isUrgent ? 'alert' : 'status'}>
    {icon ? (
      <span className={styles['icon']} aria-hidden>
        {icon}
      </span>
    ) : null}
    <div className={styles['words']}>{children}</div>
    {action}
  </div>
);
