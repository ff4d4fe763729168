import { IconChevronDown } from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import { useIsNarrow } from '../use-media.ts';
import styles from './diff-card.module.css';

export interface DiffCardProps {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  readonly isDestructive?: boolean;
  readonly isViewed: boolean;
  readonly onViewedChange: (isViewed: boolean) => void;
  readonly children: ReactNode;
}

/** The frame of one change. Viewed changes fold; a change of content makes a new card. */
export const DiffCard = ({
  title,
  aside,
  isDestructive,
  isViewed,
  onViewedChange,
  children,
}: DiffCardProps) => {
  const bodyId = useId();
  const isNarrow = useIsNarrow();
  return (
    <section className={styles['card']} data-destructive={isDestructive || undefined} data-diff-card>
      <header className={styles['header']}>
        <button
          type="button"
          className={styles['fold']}
          aria-expanded={!isViewed}
          aria-controls={bodyId}
          onClick={() => onViewedChange(!isViewed)}
        >
          <IconChevronDown size={14} stroke={2} aria-hidden />
          <span className={styles['title']}>{title}</span>
        </button>
        <div className={styles['aside']}>{aside}</div>
        <label className={styles['viewed']}>
          <input
            type="checkbox"
            checked={isViewed}
            onChange={(event) => onViewedChange(event.currentTarget.checked)}
            data-viewed-toggle
          />
          <span className={isNarrow ? 'visually-hidden' : undefined}>Viewed</span>
        </label>
      </header>
      <div id={bodyId} hidden={isViewed}>
        {children}
      </div>
    </section>
  );
};
