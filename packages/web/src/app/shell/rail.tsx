import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { needsMeOptions } from '../../features/approvals/needs-me.ts';
import { destinations, settings, type Destination } from './navigation.ts';
import styles from './rail.module.css';

const RailLink = ({
  destination,
  count = 0,
  onFollow,
}: {
  destination: Destination;
  count?: number;
  onFollow?: (() => void) | undefined;
}) => (
  <Link
    to={destination.to}
    className={styles['link']}
    activeProps={{ 'data-active': true }}
    onClick={onFollow}
    title={destination.label}
  >
    <destination.icon size={18} stroke={1.6} aria-hidden />
    <span className={styles['label']}>{destination.label}</span>
    {count > 0 ? (
      <span className={styles['badge']}>
        {count > 99 ? '99+' : count}
        <span className="visually-hidden"> waiting for you</span>
      </span>
    ) : null}
  </Link>
);

/** Where one can go. The number beside Approvals counts what waits for this person. */
export const Rail = ({ isInDrawer = false, onFollow }: { isInDrawer?: boolean; onFollow?: () => void }) => {
  const { data } = useQuery(needsMeOptions());
  return (
    <nav className={styles['rail']} aria-label="Main" data-drawer={isInDrawer || undefined}>
      {destinations.map((destination) => (
        <RailLink
          key={destination.to}
          destination={destination}
          count={destination.to === '/approvals' ? (data?.approvals.totalCount ?? 0) : 0}
          onFollow={onFollow}
        />
      ))}
      <hr className={styles['rule']} />
      <RailLink destination={settings} onFollow={onFollow} />
    </nav>
  );
};
