import { useState, type ReactNode } from 'react';
import styles from './cut-text.module.css';
import { VisibleText } from './visible-text.tsx';

/** More than three lines of what fits beside each other; line breaks count as whole lines. */
const isLong = (text: string): boolean => text.length > 240 || text.split('\n').length > 3;

/** However much somebody has to say, what stands below stays in sight: three lines, and the rest behind a press. */
export const CutText = ({
  text,
  children = <VisibleText text={text} />,
}: {
  text: string;
  /** The text as it is drawn. */
  children?: ReactNode;
}) => {
  const [isWhole, setWhole] = useState(false);
  const hasMore = isLong(text);
  return (
    <div className={styles['says']}>
      <p data-cut={(hasMore && !isWhole) || undefined}>{children}</p>
      {hasMore ? (
        <button
          type="button"
          className={styles['more']}
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? 'Show less' : 'Show all of it'}
        </button>
      ) : null}
    </div>
  );
};
