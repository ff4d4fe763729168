import type { ReactNode } from 'react';
import styles from './facts.module.css';

interface FactProps {
  readonly label: string;
  readonly value: ReactNode;
  /** Below the value, in two lines at most. */
  readonly children?: ReactNode;
  /** All of what may be cut short there. */
  readonly whole?: string | undefined;
}

export const Fact = ({ label, value, children, whole }: FactProps) => (
  <div className={styles['fact']}>
    <dt>{label}</dt>
    <dd>
      <span className={styles['value']}>{value}</span>
      {children ? (
        <span className={styles['more']} title={whole}>
          {children}
        </span>
      ) : null}
    </dd>
  </div>
);

/** Facts side by side; `className` says in how many columns. */
export const Facts = ({ className, children }: { className: string | undefined; children: ReactNode }) => (
  <dl className={`${styles['facts']} ${className ?? ''}`}>{children}</dl>
);
