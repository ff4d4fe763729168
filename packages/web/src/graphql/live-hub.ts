import type { QueryClient } from '@tanstack/react-query';
import { watchAskedTimes, type LiveStart } from './live-start.ts';
import { createLiveSession, type LiveSession } from './live-session.ts';

/** Holds the live session while someone is signed in. */
export interface LiveHub {
  current(): LiveSession | null;
  subscribe(listener: () => void): () => void;
  /** Starts a session that hears everything behind `start`; the returned function ends it. */
  start(start: LiveStart | null): () => void;
}

export const createLiveHub = (queryClient: QueryClient): LiveHub => {
  const listeners = new Set<() => void>();
  const asked = watchAskedTimes(queryClient);
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
    start(start) {
      const created = createLiveSession(queryClient, { start, asked });
      change(created);
      return () => {
        created.dispose();
        if (session === created) change(null);
      };
    },
  };
};
