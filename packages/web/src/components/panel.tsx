import { useId, type ReactNode } from 'react';
import styles from './panel.module.css';

/** A titled box of one subject. */
export const Panel = ({
  title,
  aside,
  children,
  isFlush = false,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  /** The content brings its own edges. */
  isFlush?: boolean;
}) => {
  const id = useId();
  return (
    <section className={styles['panel']} aria-labelledby={id}>
      <header className={styles['head']}>
        <h2 id={id}>{title}</h2>
        <div className={styles['aside']}>{aside}</div>
      </header>
      <div className={styles['body']} data-flush={isFlush || undefined}>
        {children}
      </div>
    </section>
  );
};
