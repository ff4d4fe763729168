import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { MenuAt } from '../../components/menu-at.tsx';
import type { OpenAt } from '../../components/opener.ts';
import { themes } from './themes.ts';

export const ThemeMenu = ({ at }: { at: OpenAt }) => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <MenuAt at={at} position="bottom-end">
      {themes.map(({ value, label, icon: ThemeIcon }) => (
        <Menu.Item
          key={value}
          leftSection={<ThemeIcon size={15} stroke={1.7} aria-hidden />}
          rightSection={value === colorScheme ? <IconCheck size={14} aria-label="chosen" /> : null}
          onClick={() => setColorScheme(value)}
        >
          {label}
        </Menu.Item>
      ))}
    </MenuAt>
  );
};
