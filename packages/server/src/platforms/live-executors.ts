import type { Executors } from './contract/executors.ts';

/** Executors that others may replace. What one of them prepared stays with it. */
export interface LiveExecutors extends Pick<Executors, 'registry' | 'prepare' | 'health' | 'connected'> {
  readonly guards: Pick<Executors['guards'], 'enter' | 'resetBreakers'>;
  /** From now on these are meant. */
  readonly take: (next: Executors) => void;
  readonly now: () => Executors | null;
}

export const createLiveExecutors = (): LiveExecutors => {
  let current: Executors | null = null;
  const listeners = new Set<() => void>();
  const now = (): Executors => {
    if (!current) throw new Error('There are no executors yet.');
    return current;
  };
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const toolListeners = new Set<() => void>();
  const tellOfTools = (): void => {
    for (const listener of toolListeners) listener();
  };
  return {
    registry: {
      find: (actionType) => now().registry.find(actionType),
      list: () => now().registry.list(),
      get executors() {
        return now().registry.executors;
      },
    },
    guards: {
      enter: (...asked) => now().guards.enter(...asked),
      resetBreakers: (platform) => {
        now().guards.resetBreakers(platform);
      },
    },
    prepare: (...asked) => now().prepare(...asked),
    health: {
      report: () => now().health.report(),
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    connected: {
      read: () => now().connected.read(),
      known: () => now().connected.known(),
      onChanged(listener) {
        toolListeners.add(listener);
        return () => toolListeners.delete(listener);
      },
    },
    now: () => current,
    take(next) {
      const isFirst = current === null;
      current = next;
      next.health.onChange(tell);
      next.connected.onChanged(tellOfTools);
      // A platform with other limits begins anew, and one may have come or gone.
      if (isFirst) return;
      tell();
      tellOfTools();
    },
  };
};
