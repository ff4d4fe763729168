/** So many in so much time. */
export interface RateLimit {
  readonly limit: number;
  readonly windowMs: number;
}

export interface RateState {
  /** Taken in the window that is open, refused ones included. */
  readonly taken: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

/** Counts by key in windows that begin with the first of a key. By the monotonic clock: a wall clock that jumps would hold a window open for as long as the jump. */
export interface RateWindows {
  take(key: string): RateState & { readonly isExceeded: boolean };
  /** Takes one back that was counted and not used. */
  giveBack(key: string): void;
  /** As it stands, counting nothing. */
  peek(key: string): RateState;
}

interface Window {
  taken: number;
  endsAt: number;
}

export const createRateWindows = ({ limit, windowMs }: RateLimit): RateWindows => {
  // In the order of their ends, since all are of one length.
  const windows = new Map<string, Window>();
  const forgetEnded = (now: number): void => {
    for (const [key, { endsAt }] of windows) {
      if (endsAt > now) return;
      windows.delete(key);
    }
  };
  return {
    take(key) {
      const now = performance.now();
      forgetEnded(now);
      const window = windows.get(key) ?? { taken: 0, endsAt: now + windowMs };
      windows.set(key, window);
      window.taken += 1;
      return {
        taken: window.taken,
        resetMs: Math.ceil(window.endsAt - now),
        isExceeded: window.taken > limit,
      };
    },
    giveBack(key) {
      const window = windows.get(key);
      if (window && window.taken > 0) window.taken -= 1;
    },
    peek(key) {
      const now = performance.now();
      const window = windows.get(key);
      return window && window.endsAt > now
        ? { taken: window.taken, resetMs: Math.ceil(window.endsAt - now) }
        : { taken: 0, resetMs: windowMs };
    },
  };
};
