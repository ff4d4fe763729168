import { useSyncExternalStore } from 'react';
import { keyScopes } from '../components/use-keys.ts';

const singleKeysName = 'countersign.single-keys';
const listeners = new Set<() => void>();

const readSingleKeys = (): boolean => {
  try {
    return localStorage.getItem(singleKeysName) !== 'off';
  } catch {
    return true;
  }
};

let areSingleKeysOn = readSingleKeys();
keyScopes.setSingleKeysOn(areSingleKeysOn);

export const setSingleKeys = (isOn: boolean): void => {
  areSingleKeysOn = isOn;
  keyScopes.setSingleKeysOn(isOn);
  try {
    localStorage.setItem(singleKeysName, isOn ? 'on' : 'off');
  } catch {
    // Storage may be blocked; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
};

/** Whether keys without a modifier do anything; people who speak to their machine turn them off. */
export const useSingleKeys = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => areSingleKeysOn,
  );
