import { useEffect, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Mark } from '../../components/mark.tsx';
import type { ConnectionPhase } from '../../live/connection.ts';
import { useConnection } from '../../live/session.tsx';

const reload = (): void => window.location.reload();

/** The page that could not come while the server was away. A browser asks for missing code once per load. */
const useReloadOnReturn = (phase: ConnectionPhase): boolean => {
  const isAway = phase === 'offline' || phase === 'reconnecting';
  const isBack = phase === 'live' || phase === 'polling';
  const wasAway = useRef(false);
  useEffect(() => {
    if (isAway) wasAway.current = true;
    else if (isBack && wasAway.current) reload();
  }, [isAway, isBack]);
  return isAway;
};

/** In the place of a page that failed; what is around it stays. */
export const ErrorPage = () => {
  const { phase } = useConnection();
  const isAway = useReloadOnReturn(phase);
  return (
    <div role="alert">
      {isAway ? (
        <EmptyState title="This page is not loaded yet" icon={<Mark size={24} />} isPage>
          The server cannot be reached. The page opens by itself when the server is back.
        </EmptyState>
      ) : (
        <EmptyState title="This page could not be shown" icon={<Mark size={24} />} isPage>
          <p>
            Nothing was decided or changed by it. The console may have been updated since it was opened here.
          </p>
          <Button onClick={reload}>Reload</Button>
        </EmptyState>
      )}
    </div>
  );
};
