/**
 * Decision keys and buttons are dead for a moment after anything under them changes, so that a
 * press meant for one thing can never land on another.
 */
export interface Arming {
  disarm(forMs?: number): void;
  isArmed(): boolean;
  subscribe(listener: () => void): () => void;
}

export const disarmedMs = 400;

export const createArming = (now: () => number = () => performance.now()): Arming => {
  const listeners = new Set<() => void>();
  let armedAtMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const wake = (): void => {
    const left = armedAtMs - now();
    if (left > 0) timer = setTimeout(wake, left);
    else tell();
  };
  return {
    disarm(forMs = disarmedMs) {
      const until = now() + forMs;
      if (until <= armedAtMs) return;
      const wasArmed = now() >= armedAtMs;
      armedAtMs = until;
      clearTimeout(timer);
      timer = setTimeout(wake, forMs);
      if (wasArmed) tell();
    },
    isArmed: () => now() >= armedAtMs,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
