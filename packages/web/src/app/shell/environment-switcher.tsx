import { environments, type Environment } from '@countersign/shared';
import { Menu } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { environmentOf } from '../search-params.ts';
import styles from './environment-switcher.module.css';

/** The lists that can be narrowed to one environment; elsewhere a label would promise too much. */
const narrowable: readonly string[] = ['/approvals', '/tasks'];

/** Which environment the lists show. Production wears its colour for as long as it is chosen. */
export const EnvironmentSwitcher = () => {
  const { pathname } = useLocation();
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  if (!narrowable.includes(pathname)) return null;
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
          {chosen ? (
            <EnvironmentPill environment={chosen} />
          ) : (
            <span className={styles['all']}>
              All <span>environments</span>
            </span>
          )}
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
