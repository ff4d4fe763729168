import { IconFlask } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sandboxOptions } from './sandbox-data.ts';
import styles from './sandbox.module.css';

/** On every page: some platforms are emulated here, and nothing that is done to them is real. */
export const SandboxChip = () => {
  const { data } = useQuery(sandboxOptions());
  if (!data?.platforms.some(({ isSandbox }) => isSandbox)) return null;
  return (
    <Link
      to="/sandbox"
      className={styles['chip']}
      title="Platforms that are not configured are emulated here"
    >
      <IconFlask size={14} aria-hidden />
      <span>Sandbox</span>
    </Link>
  );
};
