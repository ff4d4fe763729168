import type { QueryClient } from '@tanstack/react-query';
import { createConnectionStore, type ConnectionStore } from './connection-store.ts';
import type { ConnectionPhase } from './connection.ts';
import { execute, onRequestOutcome } from './execute.ts';
import { graphql } from './graphql.ts';
import { startLiveUpdates, type LiveUpdates } from './live-updates.ts';
import { createLiveSocket, type LiveSocket } from './subscribe.ts';

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
export interface LiveSession {
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
export const createLiveSession = (queryClient: QueryClient, cursor: string | null): LiveSession => {
  const connection = createConnectionStore();
  const socket = createLiveSocket((signal) => {
    connection.signal(signal);
    if (signal.type === 'socketLost') askOverHttp();
  });
  const updates = startLiveUpdates(queryClient, socket, cursor);
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
