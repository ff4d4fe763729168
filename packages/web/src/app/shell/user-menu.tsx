import { Menu } from '@mantine/core';
import { IconKeyboard, IconLogout, IconSettings, IconUser } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { IconButton } from '../../components/icon-button.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { endSession } from '../../features/session/session-requests.ts';
import { viewerOptions } from '../../features/session/viewer.ts';
import styles from './user-menu.module.css';

export const UserMenu = ({ onShortcuts }: { onShortcuts: () => void }) => {
  const { data } = useQuery(viewerOptions());
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const button = useRef<HTMLButtonElement>(null);
  const signOut = async (): Promise<void> => {
    await endSession();
    await navigate({ to: '/sign-in' });
    queryClient.clear();
  };
  const viewer = data?.viewer;
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <IconButton ref={button} label="Account">
          <span className={styles['face']}>
            <IconUser size={14} stroke={1.9} aria-hidden />
          </span>
        </IconButton>
      </Menu.Target>
      <Menu.Dropdown>
        {viewer ? (
          <div className={styles['who']}>
            <b>
              <VisibleText text={viewer.principal.name} />
            </b>
            <span>
              {viewer.principal.roles.map((role) => role.toLowerCase()).join(', ')} ·{' '}
              <VisibleText text={viewer.tenant.name} />
            </span>
          </div>
        ) : null}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconSettings size={15} stroke={1.7} aria-hidden />}
          onClick={() => void navigate({ to: '/settings' })}
        >
          Settings
        </Menu.Item>
        <Menu.Item
          leftSection={<IconKeyboard size={15} stroke={1.7} aria-hidden />}
          onClick={() => {
            // What is chosen is gone with the menu; the focus comes back to the button.
            button.current?.focus();
            onShortcuts();
          }}
        >
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={15} stroke={1.7} aria-hidden />}
          onClick={() => void signOut()}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
