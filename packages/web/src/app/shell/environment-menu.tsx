import { environments, type Environment } from '@countersign/shared';
import { Menu } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { MenuAt } from '../../components/menu-at.tsx';
import type { OpenAt } from '../../components/opener.ts';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { environmentOf } from '../search-params.ts';

export const EnvironmentMenu = ({ at }: { at: OpenAt }) => {
  const chosen = environmentOf(useSearch({ strict: false }));
  const navigate = useNavigate();
  const choose = (environment: Environment | undefined): void => {
    void navigate({
      to: '.',
      search: (before) => ({ ...before, env: environment, id: undefined }),
    });
  };
  const tick = (isChosen: boolean) => (isChosen ? <IconCheck size={14} aria-label="chosen" /> : null);
  return (
    <MenuAt at={at} position="bottom-start">
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
    </MenuAt>
  );
};
