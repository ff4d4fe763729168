import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { alertsOptions } from './executors-data.ts';
import styles from './executors.module.css';

/** On every page, while something needs a look. */
export const AlertsChip = () => {
  const { data } = useQuery(alertsOptions());
  const count = data?.alerts.length ?? 0;
  if (count === 0) return null;
  const words = `${count} ${count === 1 ? 'alert' : 'alerts'}`;
  return (
    <Link to="/executors" className={styles['chip']} aria-label={words}>
      <IconAlertTriangle size={14} aria-hidden />
      <span>{count}</span>
      <span className={styles['word']}>{count === 1 ? 'alert' : 'alerts'}</span>
    </Link>
  );
};
