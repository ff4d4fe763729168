import { useIsFetching } from '@tanstack/react-query';
import styles from './fetching-bar.module.css';

/** Two pixels at the foot of the header while something on the page is asked again. */
export const FetchingBar = () => {
  const count = useIsFetching();
  return <span className={styles['bar']} data-on={count > 0 || undefined} aria-hidden />;
};
