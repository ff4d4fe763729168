import { useQueryClient } from '@tanstack/react-query';
import type { TadaDocumentNode } from 'gql.tada';
import {
  createContext,
  use,
  useEffect,
  useEffectEvent,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import { initialConnection, type ConnectionState } from './connection.ts';
import type { ConnectionStore } from './connection-store.ts';
import { createLiveHub } from './live-hub.ts';
import type { LiveSession } from './live-session.ts';
import type { LiveEvent } from './live-updates.ts';

const LiveContext = createContext<LiveSession | null>(null);

export interface LiveProviderProps {
  readonly viewerId: string | null;
  /** Where the log of events stood when the viewer was asked; the newest when a session starts counts. */
  readonly cursor: string | null;
  readonly children: ReactNode;
}

/** Keeps one live session while a viewer is signed in; another viewer gets another. */
export const LiveProvider = ({ viewerId, cursor, children }: LiveProviderProps) => {
  const queryClient = useQueryClient();
  const [hub] = useState(() => createLiveHub(queryClient));
  const session = useSyncExternalStore(hub.subscribe, hub.current);
  const begin = useEffectEvent(() => hub.start(cursor));
  useEffect(() => (viewerId === null ? undefined : begin()), [hub, viewerId]);
  return <LiveContext value={session}>{children}</LiveContext>;
};

const noSubscription = (): (() => void) => () => undefined;
const readInitial = (): ConnectionState => initialConnection;

export const useConnection = (): ConnectionState => {
  const session = use(LiveContext);
  return useSyncExternalStore(
    session?.connection.subscribe ?? noSubscription,
    session?.connection.read ?? readInitial,
  );
};

/** The connection as it is when somebody looks, also between renders. */
export const useConnectionStore = (): ConnectionStore | undefined => use(LiveContext)?.connection;

/** Hears every event of the page's one subscription, in batches. */
export const useLiveEvents = (listener: (events: readonly LiveEvent[]) => void): void => {
  const session = use(LiveContext);
  const hear = useEffectEvent(listener);
  useEffect(() => session?.updates.onEvents((events) => hear(events)), [session]);
};

/** A subscription of its own, for as long as the caller is mounted. */
export const useSubscription = <Data,>(
  document: TadaDocumentNode<Data, Record<string, never>>,
  next: (data: Data) => void,
): void => {
  const session = use(LiveContext);
  const hear = useEffectEvent(next);
  useEffect(
    () =>
      session?.socket.subscribe(document, () => ({}), {
        next: (data) => hear(data),
        failed: () => undefined,
      }),
    [session, document],
  );
};

/** The session after a new sign-in within the same page. */
export const useRenewLive = (): (() => void) => {
  const session = use(LiveContext);
  return () => {
    session?.connection.signal({ type: 'sessionStarted' });
    session?.socket.restart();
  };
};
