import { IconUser } from '@tabler/icons-react';
import { IconButton } from '../../components/icon-button.tsx';
import { useOpener } from '../../components/opener.ts';
import { AccountMenu } from './lazy-menus.tsx';
import styles from './user-menu.module.css';

export const UserMenu = ({ onShortcuts }: { onShortcuts: () => void }) => {
  const { button, at } = useOpener('menu');
  return (
    <>
      <IconButton label="Account" {...button}>
        <span className={styles['face']}>
          <IconUser size={14} stroke={1.9} aria-hidden />
        </span>
      </IconButton>
      <AccountMenu at={at} onShortcuts={onShortcuts} />
    </>
  );
};
