import { environments, type Environment } from '@countersign/shared';
import { Menu } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { useShownEnvironment } from '../../vocabulary/shown-environment.ts';
import { usePlaces } from '../places.ts';
import { environmentOf } from '../search-params.ts';
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
  const places = usePlaces();
  if (places.some(({ to, isNarrowable }) => to === pathname && isNarrowable)) return <Switcher />;
  return (
    <span className={styles['label']}>
      <span className="visually-hidden">Environment: </span>
      {shown ? <EnvironmentPill environment={shown} /> : <All />}
    </span>
  );
};

const Switcher = () => {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const chosen = environmentOf(search);
  const choose = (environment: Environment | undefined): void => {
    void navigate({
      to: '.',
      search: (before) => ({ ...before, env: environment, id: undefined }),
    });
  };
  const tick = (isChosen: boolean) => (isChosen ? <IconCheck size={14} aria-label="chosen" /> : null);
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button type="button" className={styles['button']}>
          <span className="visually-hidden">Environment: </span>
          {chosen ? <EnvironmentPill environment={chosen} /> : <All />}
          <IconChevronDown size={13} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Show</Menu.Label>
        <Menu.Item rightSection={tick(!chosen)} onClick={() => choose(undefined)}>
          All environments
        </Menu.Item>
        {environments.toReversed().map((environment) => (
          <Menu.Item
            key={environment}
            rightSection={tick(chosen === environment)}
            onClick={() => choose(environment)}
          >
            <EnvironmentPill environment={environment} />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};
