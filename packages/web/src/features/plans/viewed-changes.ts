import { useState } from 'react';

const nameOf = (planHash: string): string => `countersign.viewed.${planHash}`;

const read = (planHash: string): ReadonlySet<string> => {
  try {
    return new Set(sessionStorage.getItem(nameOf(planHash))?.split('\n').filter(Boolean));
  } catch {
    return new Set();
  }
};

/** Which changes of exactly this plan were ticked as viewed; another plan starts with none. */
export const useViewedChanges = (planHash: string) => {
  const [state, setState] = useState(() => ({ planHash, keys: read(planHash) }));
  const keys = state.planHash === planHash ? state.keys : read(planHash);
  return {
    isViewed: (key: string): boolean => keys.has(key),
    setViewed(key: string, isViewed: boolean): void {
      const next = new Set(keys);
      if (isViewed) next.add(key);
      else next.delete(key);
      setState({ planHash, keys: next });
      try {
        sessionStorage.setItem(nameOf(planHash), [...next].join('\n'));
      } catch {
        // Storage may be blocked; the ticks then last as long as the page.
      }
    },
  };
};
