import { useEffect, useLayoutEffect, useSyncExternalStore } from 'react';
import { createArming } from './arming.ts';

/** The page's one arming: what disarms anywhere, disarms everywhere. */
export const arming = createArming();

export const useIsArmed = (): boolean => useSyncExternalStore(arming.subscribe, arming.isArmed);

/** Disarms before the first paint of whatever `key` stands for, and when the window comes back. */
export const useDisarmOn = (key: string): void => {
  useLayoutEffect(() => arming.disarm(), [key]);
  useEffect(() => {
    const focused = (): void => arming.disarm();
    window.addEventListener('focus', focused);
    return () => window.removeEventListener('focus', focused);
  }, []);
};
