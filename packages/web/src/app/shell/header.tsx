import { IconMenu2, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { IconButton } from '../../components/icon-button.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { Mark } from '../../components/mark.tsx';
import { commandKey } from '../command-key.ts';
import { ConnectionIndicator } from './connection-indicator.tsx';
import { EnvironmentSwitcher } from './environment-switcher.tsx';
import { FetchingBar } from './fetching-bar.tsx';
import styles from './header.module.css';
import { ThemeToggle } from './theme-toggle.tsx';
import { UserMenu } from './user-menu.tsx';

export interface HeaderProps {
  readonly onSearch: () => void;
  readonly onMenu: () => void;
  readonly onShortcuts: () => void;
  /** What holds for the whole installation. */
  readonly children?: ReactNode;
  /** In the same place whatever else there is to say: it is looked for in a hurry. */
  readonly last?: ReactNode;
}

export const Header = ({ onSearch, onMenu, onShortcuts, children, last }: HeaderProps) => (
  <header className={styles['header']}>
    <div className={styles['start']}>
      <span className={styles['menu']}>
        <IconButton label="Menu" onClick={onMenu}>
          <IconMenu2 size={18} aria-hidden />
        </IconButton>
      </span>
      <Link to="/approvals" className={styles['brand']} aria-label="Countersign">
        <Mark size={20} />
        <span className={styles['name']}>Countersign</span>
      </Link>
      <EnvironmentSwitcher />
      {children}
    </div>
    <button type="button" className={styles['search']} onClick={onSearch}>
      <IconSearch size={15} stroke={1.9} aria-hidden />
      <span>Search tasks or go to…</span>
      <Kbd keys={`${commandKey} K`} />
    </button>
    <div className={styles['end']}>
      <ConnectionIndicator />
      <span className={styles['phone-search']}>
        <IconButton label="Search tasks or go to" onClick={onSearch}>
          <IconSearch size={17} aria-hidden />
        </IconButton>
      </span>
      <span className={styles['theme']}>
        <ThemeToggle />
      </span>
      <UserMenu onShortcuts={onShortcuts} />
      {last}
    </div>
    <FetchingBar />
  </header>
);
