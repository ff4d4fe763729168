import { useEffect, useEffectEvent } from 'react';
import { createKeyScopes, type KeyBindings, type KeyLevel } from './key-scopes.ts';
import { singleKeys } from './preferences.ts';

/** The page's one stack of key scopes. */
export const keyScopes = createKeyScopes();

/** Whether a dialog, a menu or the like is open; closed ones may stay in the document. */
const isAnythingOpen = (): boolean =>
  [...document.querySelectorAll('[role="dialog"], [role="menu"]')].some((element) =>
    element.checkVisibility(),
  );

/** Listens on the window for as long as the page is mounted. */
export const useKeyListener = (): void => {
  useEffect(() => {
    // Asked before anybody acts on the key: what Escape closes is gone by the time that it gets to us,
    // and must not take the page below with it.
    let isCovered = false;
    const look = (): void => {
      isCovered = isAnythingOpen();
    };
    const handle = (event: KeyboardEvent): void => {
      if (!isCovered) keyScopes.handle(event);
    };
    const obey = (): void => keyScopes.setSingleKeysOn(singleKeys.get() === 'on');
    obey();
    const leave = singleKeys.subscribe(obey);
    window.addEventListener('keydown', look, true);
    window.addEventListener('keydown', handle);
    return () => {
      leave();
      window.removeEventListener('keydown', look, true);
      window.removeEventListener('keydown', handle);
    };
  }, []);
};

/** Binds keys while the caller is mounted; the functions may change at every render. */
export const useKeys = (level: KeyLevel, bindings: KeyBindings, isOn = true, isUrgent = false): void => {
  const run = useEffectEvent((keys: string) => bindings[keys]?.());
  const names = Object.keys(bindings).join('\n');
  useEffect(() => {
    if (!isOn) return;
    const stable = names === '' ? [] : names.split('\n').map((keys) => [keys, () => run(keys)] as const);
    return keyScopes.push({ level, bindings: Object.fromEntries(stable), isUrgent });
  }, [level, names, isOn, isUrgent]);
};
