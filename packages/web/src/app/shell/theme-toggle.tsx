import { useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop } from '@tabler/icons-react';
import { IconButton } from '../../components/icon-button.tsx';
import { useOpener } from '../../components/opener.ts';
import { ThemeMenu } from './lazy-menus.tsx';
import { themes } from './themes.ts';

export const ThemeToggle = () => {
  const { colorScheme } = useMantineColorScheme();
  const { button, at } = useOpener('menu');
  const Current = themes.find(({ value }) => value === colorScheme)?.icon ?? IconDeviceDesktop;
  return (
    <>
      <IconButton label="Theme" {...button}>
        <Current size={17} stroke={1.7} aria-hidden />
      </IconButton>
      <ThemeMenu at={at} />
    </>
  );
};
