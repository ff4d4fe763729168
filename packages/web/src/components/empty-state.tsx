import type { ReactNode } from 'react';
import styles from './empty-state.module.css';

/** What a panel says when it has nothing to show, and what to do about it. */
export const EmptyState = ({
  icon,
  title,
  children,
  isPage = false,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  /** It stands for a whole page, not for a part of one. */
  isPage?: boolean;
}) => (
  <div className={styles['empty']}>
    {icon ? (
      <span className={styles['icon']} aria-hidden>
        {icon}
      </span>
    ) : null}
    {isPage ? <h1 className={styles['title']}>{title}</h1> : <p className={styles['title']}>{title}</p>}
    {children ? <div className={styles['body']}>{children}</div> : null}
  </div>
);
