import { LRUCache } from 'lru-cache';

/** A value and for how long at most it may be used, in milliseconds. */
export interface Remembered<Value> {
  readonly value: Value;
  readonly forMs: number;
}

/** What was looked up lately, so that the same question costs nothing again. "Nothing found" is not kept. */
export interface RecentValues<Value> {
  /** What is known, or what `load` finds; callers who ask at the same time share one load. */
  get(key: string, load: () => Promise<Remembered<Value> | null>): Promise<Value | null>;
  /** Forgets the values that match, and keeps nothing that a load under way may have read before. */
  drop(matches: (value: Value) => boolean): void;
}

export interface RecentValuesOptions {
  /** Beyond this many values, the one that nobody asked for the longest goes. */
  readonly capacity: number;
  /** Milliseconds on a clock that never goes back. */
  readonly nowMs?: () => number;
}

export const createRecentValues = <Value>({
  capacity,
  nowMs = () => performance.now(),
}: RecentValuesOptions): RecentValues<Value> => {
  const kept = new LRUCache<string, { readonly value: Value; readonly untilMs: number }>({ max: capacity });
  const loading = new Map<string, Promise<Value | null>>();
  let drops = 0;

  const loadNow = async (
    key: string,
    load: () => Promise<Remembered<Value> | null>,
  ): Promise<Value | null> => {
    const dropsBefore = drops;
    const startedMs = nowMs();
    const found = await load();
    if (found && drops === dropsBefore)
      kept.set(key, { value: found.value, untilMs: startedMs + found.forMs });
    return found?.value ?? null;
  };

  return {
    async get(key, load) {
      const known = kept.get(key);
      if (known && nowMs() < known.untilMs) return known.value;
      const joined = loading.get(key);
      if (joined) return joined;
      const started = loadNow(key, load).finally(() => {
        if (loading.get(key) === started) loading.delete(key);
      });
      loading.set(key, started);
      return started;
    },
    drop(matches) {
      drops += 1;
      // Who asks from now on must not be told what was true before.
      loading.clear();
      for (const [key, { value }] of kept) if (matches(value)) kept.delete(key);
    },
  };
};
