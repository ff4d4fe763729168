import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { needsMeCount } from '../../features/approvals/inbox/needs-me.ts';
import { useNavigation, type NavigationItem, type NavigationEntry } from '../navigation.ts';
import styles from './rail.module.css';

/** How many wait there for this person. */
const Waiting = ({ options }: { options: NonNullable<NavigationEntry['waiting']> }) => {
  const { data } = useQuery(options());
  const count = needsMeCount(data);
  return count > 0 ? (
    <span className={styles['badge']}>
      {count > 99 ? '99+' : count}
      <span className="visually-hidden"> waiting for you</span>
    </span>
  ) : null;
};

const RailLink = ({ item, onFollow }: { item: NavigationItem; onFollow?: (() => void) | undefined }) => (
  <Link
    to={item.to}
    className={styles['link']}
    activeProps={{ 'data-active': true }}
    onClick={onFollow}
    title={item.label}
  >
    <item.icon size={18} stroke={1.6} aria-hidden />
    <span className={styles['label']}>{item.label}</span>
    {item.waiting ? <Waiting options={item.waiting} /> : null}
  </Link>
);

/** Where one can go. */
export const Rail = ({ isInDrawer = false, onFollow }: { isInDrawer?: boolean; onFollow?: () => void }) => {
  const items = useNavigation();
  const link = (item: NavigationItem) => <RailLink key={item.to} item={item} onFollow={onFollow} />;
  return (
    <nav className={styles['rail']} aria-label="Main" data-drawer={isInDrawer || undefined}>
      {items.filter(({ isLast }) => !isLast).map(link)}
      <hr className={styles['rule']} />
      {items.filter(({ isLast }) => isLast).map(link)}
    </nav>
  );
};
