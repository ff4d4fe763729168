import type { QueryClient } from '@tanstack/react-query';
import { createLiveSession, type LiveSession } from './live-session.ts';

/** Holds the live session while someone is signed in. */
export interface LiveHub {
  current(): LiveSession | null;
  subscribe(listener: () => void): () => void;
  /** Starts a session that hears everything behind `cursor`; the returned function ends it. */
  start(cursor: string | null): () => void;
}

export const createLiveHub = (queryClient: QueryClient): LiveHub => {
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
      const created = createLiveSession(queryClient, cursor);
      change(created);
      return () => {
        created.dispose();
        if (session === created) change(null);
      };
    },
  };
};
