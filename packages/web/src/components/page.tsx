import type { ReactNode } from 'react';
import styles from './page.module.css';

export interface PageProps {
  readonly title: string;
  /** In pixels, at the most. */
  readonly width: number;
  /** What is seen here, in a sentence or two. */
  readonly about?: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A screen that scrolls as a whole, beneath its heading. */
export const Page = ({ title, width, about, aside, children }: PageProps) => (
  <div className={styles['scroller']}>
    <div className={styles['content']} style={{ maxWidth: width }}>
      <header className={styles['title']}>
        <h1>{title}</h1>
        {aside}
        {about === undefined ? null : <p className="muted">{about}</p>}
      </header>
      {children}
    </div>
  </div>
);
