import { Skeleton } from '../../components/skeleton.tsx';
import styles from './review/review-pane.module.css';

export const ReviewSkeleton = () => (
  <div className={styles['content']} role="status" aria-label="Loading">
    <Skeleton width="56%" height={22} />
    <Skeleton width="38%" />
    <Skeleton width="44%" height={18} />
    <Skeleton width="100%" height={52} />
    <Skeleton width="100%" height={84} />
    <Skeleton width="40%" height={26} />
    <Skeleton width="100%" height={280} />
  </div>
);
