import { Menu, type MenuProps } from '@mantine/core';
import { Anchor } from './anchor.tsx';
import type { OpenAt } from './opener.ts';

/** The menu of a button made by `useOpener`. */
export const MenuAt = ({
  at: { id, element, isOpen, onClose },
  children,
  ...rest
}: Pick<MenuProps, 'position' | 'width' | 'children'> & { at: OpenAt }) => (
  <Menu {...rest} id={id} opened={isOpen} onClose={onClose}>
    <Menu.Target>
      <Anchor element={element} />
    </Menu.Target>
    <Menu.Dropdown>{children}</Menu.Dropdown>
  </Menu>
);
