import styles from './skeleton.module.css';

/** A grey bar of the final size; it shows only when loading takes longer than 150 ms. */
export const Skeleton = ({ width, height = 12 }: { width: number | string; height?: number }) => (
  <span className={styles['bar']} style={{ width, height }} aria-hidden />
);

/** Rows of the final height with bars in them. */
export const SkeletonRows = ({ count, height }: { count: number; height: number }) => (
  <div className={styles['rows']} role="status" aria-label="Loading">
    {Array.from({ length: count }, (_, index) => (
      <div key={index} className={styles['row']} style={{ height }}>
        <Skeleton width={14} height={14} />
        <div className={styles['lines']}>
          <Skeleton width={`${72 - ((index * 17) % 34)}%`} />
          {height >= 60 ? <Skeleton width={`${44 - ((index * 11) % 20)}%`} height={10} /> : null}
        </div>
      </div>
    ))}
  </div>
);
