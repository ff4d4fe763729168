import { useQueryClient, type QueryClient } from '@tanstack/react-query';
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
import { execute, onRequestOutcome } from '../graphql/execute.ts';
import { graphql } from '../graphql/graphql.ts';
import {
  createConnectionStore,
  initialConnection,
  type ConnectionPhase,
  type ConnectionState,
  type ConnectionStore,
} from './connection.ts';
import { createLiveSocket, type LiveSocket } from './socket.ts';
import { startLiveUpdates, type LiveDocument, type LiveEvent, type LiveUpdates } from './updates.ts';

const Heartbeat = graphql(`
  query Heartbeat {
    viewer {
      principal {
        id
      }
    }
  }
`);

const pollEveryMs = 10_000;
const settleMs = 250;
const wakeCheckMs = 5_000;
/** A timer that comes this late means that the machine slept. */
const sleptMs = 30_000;

/** Everything live of one signed-in page: its socket, its subscription to events, and what it knows of both. */
interface LiveSession {
  readonly connection: ConnectionStore;
  readonly socket: LiveSocket;
  readonly updates: LiveUpdates;
  dispose(): void;
}

/** Calls back when the page may have been away: network back, tab shown, machine awake. */
const onReturn = (returned: (awayMs: number) => void): (() => void) => {
  let hiddenAtMs = 0;
  let lastTickMs = Date.now();
  const shown = (): void => {
    if (document.visibilityState === 'hidden') hiddenAtMs = Date.now();
    else returned(hiddenAtMs === 0 ? 0 : Date.now() - hiddenAtMs);
  };
  const online = (): void => returned(0);
  const timer = setInterval(() => {
    const gapMs = Date.now() - lastTickMs;
    lastTickMs = Date.now();
    if (gapMs > sleptMs) returned(gapMs);
  }, wakeCheckMs);
  window.addEventListener('online', online);
  document.addEventListener('visibilitychange', shown);
  return () => {
    clearInterval(timer);
    window.removeEventListener('online', online);
    document.removeEventListener('visibilitychange', shown);
  };
};

const onOffline = (left: () => void): (() => void) => {
  window.addEventListener('offline', left);
  return () => window.removeEventListener('offline', left);
};

const askOverHttp = (): void => {
  // How it went is reported by `execute` itself.
  execute(Heartbeat, {}).catch(() => undefined);
};

/** While the socket is down: finds out over HTTP whether the server is there, and polls if it is. */
const watchPhase = (queryClient: QueryClient, connection: ConnectionStore): (() => void) => {
  let phase: ConnectionPhase = connection.read().phase;
  let timer: ReturnType<typeof setInterval> | undefined;
  const look = (): void => {
    const before = phase;
    phase = connection.read().phase;
    if (phase === before) return;
    clearInterval(timer);
    if (phase === 'polling') timer = setInterval(() => void queryClient.invalidateQueries(), pollEveryMs);
    if (phase === 'offline') timer = setInterval(askOverHttp, pollEveryMs / 2);
    // Events resume where they stood; what else there is may have changed. Answers under way are left to arrive.
    if (phase === 'live' && before !== 'connecting') {
      timer = setTimeout(() => void queryClient.invalidateQueries({}, { cancelRefetch: false }), settleMs);
    }
  };
  const stop = connection.subscribe(look);
  return () => {
    stop();
    clearInterval(timer);
  };
};

/** Hears every event behind `cursor`, a place in the server's log from before anything on screen was asked. */
const createLiveSession = (
  queryClient: QueryClient,
  events: LiveDocument,
  cursor: string | null,
): LiveSession => {
  const connection = createConnectionStore();
  const socket = createLiveSocket((signal) => {
    connection.signal(signal);
    if (signal.type === 'socketLost') askOverHttp();
  });
  const updates = startLiveUpdates(queryClient, socket, events, cursor);
  const stops = [
    watchPhase(queryClient, connection),
    onRequestOutcome((outcome) => {
      const wasOffline = connection.read().phase === 'offline';
      if (outcome === 'answered') {
        connection.signal({ type: 'requestAnswered', atMs: Date.now() });
        if (wasOffline) socket.hurry();
      } else if (outcome === 'unreachable') connection.signal({ type: 'requestUnreachable' });
      else connection.signal({ type: 'sessionEnded' });
    }),
    onOffline(() => socket.cut()),
    onReturn((awayMs) => {
      socket.hurry();
      if (awayMs > sleptMs) void queryClient.invalidateQueries();
    }),
  ];
  return {
    connection,
    socket,
    updates,
    dispose() {
      for (const stop of stops) stop();
      updates.stop();
      socket.dispose();
    },
  };
};

/** Holds the live session while someone is signed in. */
interface LiveHub {
  current(): LiveSession | null;
  subscribe(listener: () => void): () => void;
  /** Starts a session that hears everything behind `cursor`; the returned function ends it. */
  start(cursor: string | null): () => void;
}

const createLiveHub = (queryClient: QueryClient, events: LiveDocument): LiveHub => {
  const listeners = new Set<() => void>();
  let session: LiveSession | null = null;
  const change = (next: LiveSession | null): void => {
    session = next;
    for (const listener of listeners) listener();
  };
  return {
    current: () => session,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start(cursor) {
      const created = createLiveSession(queryClient, events, cursor);
      change(created);
      return () => {
        created.dispose();
        if (session === created) change(null);
      };
    },
  };
};

const LiveContext = createContext<LiveSession | null>(null);

export interface LiveProviderProps {
  readonly viewerId: string | null;
  /** What is told of events: it stays the same. */
  readonly events: LiveDocument;
  /** Where the log of events stood when the viewer was asked; the newest when a session starts counts. */
  readonly cursor: string | null;
  readonly children: ReactNode;
}

/** Keeps one live session while a viewer is signed in; another viewer gets another. */
export const LiveProvider = ({ viewerId, events, cursor, children }: LiveProviderProps) => {
  const queryClient = useQueryClient();
  const [hub] = useState(() => createLiveHub(queryClient, events));
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

/** A subscription of its own, for as long as the caller is mounted; anew where its variables change. */
export const useSubscription = <Data, Variables>(
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  next: (data: Data) => void,
): void => {
  const session = use(LiveContext);
  const hear = useEffectEvent(next);
  const text = JSON.stringify(variables);
  useEffect(
    () =>
      session?.socket.subscribe(document, () => JSON.parse(text) as Variables, {
        next: (data) => hear(data),
        failed: () => undefined,
      }),
    [session, document, text],
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
