import { useSyncExternalStore } from 'react';

const useMedia = (query: string): boolean =>
  useSyncExternalStore(
    (listener) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );

/** One thing at a time: there is no room beside a list. */
export const useIsNarrow = (): boolean => useMedia('(max-width: 767px)');
/** Room for two columns of code. */
export const useIsWide = (): boolean => useMedia('(min-width: 1200px)');
