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

/** What one process counted in a window since it last told the others. */
export interface RateNews {
  readonly key: string;
  readonly fresh: number;
  /** Milliseconds until the window ends. */
  readonly leftMs: number;
}

/** A window as all processes together count it. */
export interface SharedCount {
  readonly key: string;
  readonly total: number;
  readonly leftMs: number;
}

/** Counts by key in windows that begin with the first of a key. By the monotonic clock: a wall clock that jumps would hold a window open for as long as the jump. */
export interface RateWindows {
  take(key: string, amount?: number): RateState & { readonly isExceeded: boolean };
  /** Takes one back that was counted and not used. */
  giveBack(key: string): void;
  /** As it stands, counting nothing. */
  peek(key: string): RateState;
  /** Of windows in which so many were taken and that the others do not know all of; at most `most`. */
  news(atLeast: number, most: number): RateNews[];
  /** Goes on from what all processes count, where `told` of it was this one's news. */
  adopt(shared: SharedCount, told: number): void;
}

interface Window {
  taken: number;
  endsAt: number;
  /** How much of it the other processes know. */
  told: number;
}

/** Far more callers than one process serves in a window, and some ten megabytes. */
const defaultCapacity = 100_000;
/** Beyond the capacity keys that were not seen before are counted as one: room for them would have to come from others. */
const everybodyElse = '';

export const createRateWindows = (
  { limit, windowMs }: RateLimit,
  capacity: number = defaultCapacity,
): RateWindows => {
  // Nearly in the order of their ends: all are of one length, but other processes may have begun one before us.
  const windows = new Map<string, Window>();
  const forgetEnded = (now: number): void => {
    for (const [key, { endsAt }] of windows) {
      if (endsAt > now) return;
      windows.delete(key);
    }
  };
  const openAt = (key: string, now: number): Window | undefined => {
    const window = windows.get(key) ?? (windows.size < capacity ? undefined : windows.get(everybodyElse));
    return window && window.endsAt > now ? window : undefined;
  };
  const begin = (key: string, now: number): Window => {
    const place = windows.size < capacity || windows.has(key) ? key : everybodyElse;
    const window = { taken: 0, endsAt: now + windowMs, told: 0 };
    windows.delete(place);
    windows.set(place, window);
    return window;
  };
  return {
    take(key, amount = 1) {
      const now = performance.now();
      forgetEnded(now);
      const window = openAt(key, now) ?? begin(key, now);
      window.taken += amount;
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
      const window = openAt(key, now);
      return window
        ? { taken: window.taken, resetMs: Math.ceil(window.endsAt - now) }
        : { taken: 0, resetMs: windowMs };
    },
    ...createSharing(windows, openAt, windowMs),
  };
};

/** What makes the windows of several processes one. */
const createSharing = (
  windows: ReadonlyMap<string, Window>,
  openAt: (key: string, now: number) => Window | undefined,
  windowMs: number,
): Pick<RateWindows, 'news' | 'adopt'> => ({
  news(atLeast, most) {
    const now = performance.now();
    const found: RateNews[] = [];
    for (const [key, { taken, endsAt, told }] of windows) {
      if (found.length >= most) break;
      if (endsAt <= now || taken < atLeast || taken <= told || key === everybodyElse) continue;
      found.push({ key, fresh: taken - told, leftMs: Math.ceil(endsAt - now) });
    }
    return found;
  },
  adopt({ key, total, leftMs }, told) {
    const now = performance.now();
    const window = openAt(key, now);
    if (!window) return;
    const since = Math.max(0, window.taken - window.told - told);
    window.taken = total + since;
    window.told = total;
    window.endsAt = now + Math.min(leftMs, windowMs);
  },
});
