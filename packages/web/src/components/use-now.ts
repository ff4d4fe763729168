import { useSyncExternalStore } from 'react';
import { serverClock } from '../graphql/server-clock.ts';

/** One timer for all who look at the same clock; it stops when nobody does. */
const createTicker = (everyMs: number) => {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    subscribe(listener: () => void) {
      if (listeners.size === 0) {
        timer = setInterval(() => {
          for (const each of listeners) each();
        }, everyMs);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) clearInterval(timer);
      };
    },
    /** Whole ticks, so that two reads in one render agree. */
    read: () => Math.floor(serverClock.now() / everyMs) * everyMs,
  };
};

const secondly = createTicker(1_000);
const tenthly = createTicker(100);

/** The server's time, renewed every second. */
export const useServerNow = (): number => useSyncExternalStore(secondly.subscribe, secondly.read);
/** The server's time, renewed ten times a second: for the last seconds of something. */
export const useFineServerNow = (): number => useSyncExternalStore(tenthly.subscribe, tenthly.read);
