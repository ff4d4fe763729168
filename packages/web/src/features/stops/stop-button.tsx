import { IconHandStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useKeys } from '../../components/use-keys.ts';
import { StopDialog } from './fetched-stop-dialog.ts';
import { stopsOptions } from './stops-data.ts';
import styles from './stops.module.css';

/** On every page, for those who may. */
export const StopButton = () => {
  const { data } = useQuery(stopsOptions());
  const [isOpen, setOpen] = useState(false);
  const scopes = data?.stopScopes ?? [];
  useKeys(
    'global',
    { '$mod+Shift+.': () => setOpen(true), '$mod+Shift+>': () => setOpen(true) },
    scopes.length > 0,
    true,
  );
  if (scopes.length === 0) return null;
  return (
    <>
      <Button
        size="small"
        look="danger"
        className={styles['stop']}
        icon={<IconHandStop size={15} aria-hidden />}
        aria-label="Stop agents"
        aria-keyshortcuts="Control+Shift+. Meta+Shift+."
        onClick={() => setOpen(true)}
      >
        Stop agents
      </Button>
      {isOpen ? <StopDialog scopes={scopes} onClose={() => setOpen(false)} /> : null}
    </>
  );
};
