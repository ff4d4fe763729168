import { useEffect, useMemo, useRef } from 'react';

export interface Absence {
  /** True after the page was out of sight for too long, until somebody has caught up. */
  wasLong(): boolean;
  catchUp(): void;
}

/** Notices when the page was out of sight for longer than `ms`. */
export const useAbsence = (ms: number): Absence => {
  const wasLong = useRef(false);
  useEffect(() => {
    let hiddenAtMs = document.visibilityState === 'hidden' ? performance.now() : null;
    const changed = (): void => {
      if (document.visibilityState === 'hidden') hiddenAtMs = performance.now();
      else if (hiddenAtMs !== null) {
        if (performance.now() - hiddenAtMs > ms) wasLong.current = true;
        hiddenAtMs = null;
      }
    };
    document.addEventListener('visibilitychange', changed);
    return () => document.removeEventListener('visibilitychange', changed);
  }, [ms]);
  return useMemo(
    () => ({
      wasLong: () => wasLong.current,
      catchUp() {
        wasLong.current = false;
      },
    }),
    [],
  );
};
