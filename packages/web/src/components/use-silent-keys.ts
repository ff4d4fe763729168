import { useEffect } from 'react';
import { arming } from './use-arming.ts';
import { keyScopes } from './use-keys.ts';

/** While the caller is mounted no key reaches the page below; afterwards decisions wait a moment. */
export const useSilentKeys = (isOn = true): void => {
  useEffect(() => {
    if (!isOn) return;
    const pop = keyScopes.push({ level: 'dialog', bindings: {} });
    return () => {
      pop();
      arming.disarm();
    };
  }, [isOn]);
};

/** The same as an element: in place of something that is still on its way. */
export const SilentKeys = (): null => {
  useSilentKeys();
  return null;
};
