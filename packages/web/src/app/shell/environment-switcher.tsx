import { IconChevronDown } from '@tabler/icons-react';
import { useLocation, useSearch } from '@tanstack/react-router';
import { useOpener } from '../../components/opener.ts';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { useShownEnvironment } from '../../vocabulary/shown-environment.ts';
import { useNavigation } from '../navigation.ts';
import { environmentOf } from '../search-params.ts';
import { EnvironmentMenu } from './lazy-menus.tsx';
import styles from './environment-switcher.module.css';

const All = () => (
  <span className={styles['all']}>
    All <span>environments</span>
  </span>
);

/** Which environment is on screen, on every page; production wears its colour. Lists can be narrowed to one. */
export const EnvironmentSwitcher = () => {
  const { pathname } = useLocation();
  const shown = useShownEnvironment();
  const items = useNavigation();
  if (items.some(({ to, isNarrowable }) => to === pathname && isNarrowable)) return <Switcher />;
  return (
    <span className={styles['label']}>
      <span className="visually-hidden">Environment: </span>
      {shown ? <EnvironmentPill environment={shown} /> : <All />}
    </span>
  );
};

const Switcher = () => {
  const chosen = environmentOf(useSearch({ strict: false }));
  const { button, at } = useOpener('menu');
  return (
    <>
      <button type="button" className={styles['button']} {...button}>
        <span className="visually-hidden">Environment: </span>
        {chosen ? <EnvironmentPill environment={chosen} /> : <All />}
        <IconChevronDown size={13} aria-hidden />
      </button>
      <EnvironmentMenu at={at} />
    </>
  );
};
