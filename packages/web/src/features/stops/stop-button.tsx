import { IconHandStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { fetchedPart } from '../../components/fetched-part.tsx';
import { useKeys } from '../../components/use-keys.ts';
import { SilentKeys } from '../../components/use-silent-keys.ts';
import { stopsOptions } from './stops-data.ts';
import styles from './stops.module.css';

const StopDialog = fetchedPart(() => import('./stop-dialog.tsx').then((m) => m.StopDialog));

/** On every page, for those who may. */
export const StopButton = () => {
  const { data } = useQuery(stopsOptions());
  const [isOpen, setOpen] = useState(false);
  // It has to be there in an outage; in one that has begun already it is asked for again when it is opened.
  useEffect(() => void StopDialog.fetch().catch(() => undefined), []);
  const scopes = data?.stopScopes ?? [];
  useKeys(
    'global',
    { '$mod+Shift+.': () => setOpen(true), '$mod+Shift+>': () => setOpen(true) },
    scopes.length > 0,
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
      <Suspense fallback={<SilentKeys />}>
        {isOpen ? <StopDialog scopes={scopes} onClose={() => setOpen(false)} /> : null}
      </Suspense>
    </>
  );
};
