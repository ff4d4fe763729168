import { Menu } from '@mantine/core';
import { IconKeyboard, IconLogout, IconSettings } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { MenuAt } from '../../components/menu-at.tsx';
import type { OpenAt } from '../../components/opener.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { endSession } from '../../features/session/session-requests.ts';
import { viewerOptions } from '../../features/session/viewer.ts';
import styles from './account-menu.module.css';

export const AccountMenu = ({ at, onShortcuts }: { at: OpenAt; onShortcuts: () => void }) => {
  const { data } = useQuery(viewerOptions());
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const signOut = async (): Promise<void> => {
    await endSession();
    await navigate({ to: '/sign-in' });
    queryClient.clear();
  };
  const viewer = data?.viewer;
  return (
    <MenuAt at={at} position="bottom-end" width={220}>
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
          at.element.focus();
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
    </MenuAt>
  );
};
