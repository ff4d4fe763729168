import type { Environment } from '@countersign/shared';
import { useEffect, useSyncExternalStore } from 'react';

let shown: Environment | undefined;
const listeners = new Set<() => void>();

const show = (environment: Environment | undefined): void => {
  shown = environment;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Says in the header which environment the page's one subject belongs to, for as long as it is on screen. */
export const useShowEnvironment = (environment: Environment): void => {
  useEffect(() => {
    show(environment);
    return () => show(undefined);
  }, [environment]);
};

/** Undefined on a page that is about no one thing. */
export const useShownEnvironment = (): Environment | undefined =>
  useSyncExternalStore(subscribe, () => shown);
