import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { needsMeCount } from '../../features/approvals/inbox/needs-me.ts';
import { usePlaces, type KnownPlace, type Place } from '../places.ts';
import styles from './rail.module.css';

/** How many wait there for this person. */
const Waiting = ({ options }: { options: NonNullable<Place['waiting']> }) => {
  const { data } = useQuery(options());
  const count = needsMeCount(data);
  return count > 0 ? (
    <span className={styles['badge']}>
      {count > 99 ? '99+' : count}
      <span className="visually-hidden"> waiting for you</span>
    </span>
  ) : null;
};

const RailLink = ({ place, onFollow }: { place: KnownPlace; onFollow?: (() => void) | undefined }) => (
  <Link
    to={place.to}
    className={styles['link']}
    activeProps={{ 'data-active': true }}
    onClick={onFollow}
    title={place.label}
  >
    <place.icon size={18} stroke={1.6} aria-hidden />
    <span className={styles['label']}>{place.label}</span>
    {place.waiting ? <Waiting options={place.waiting} /> : null}
  </Link>
);

/** Where one can go. */
export const Rail = ({ isInDrawer = false, onFollow }: { isInDrawer?: boolean; onFollow?: () => void }) => {
  const places = usePlaces();
  const link = (place: KnownPlace) => <RailLink key={place.to} place={place} onFollow={onFollow} />;
  return (
    <nav className={styles['rail']} aria-label="Main" data-drawer={isInDrawer || undefined}>
      {places.filter(({ isLast }) => !isLast).map(link)}
      <hr className={styles['rule']} />
      {places.filter(({ isLast }) => isLast).map(link)}
    </nav>
  );
};
