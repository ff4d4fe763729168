import { useEffect, useEffectEvent } from 'react';
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

/** The same in place of something that is still on its way: Escape gives it up, and agents can be stopped. */
export const SilentKeys = ({ onLeave }: { onLeave: () => void }): null => {
  const leave = useEffectEvent(onLeave);
  useEffect(() => {
    const pop = keyScopes.push({
      level: 'dialog',
      bindings: { Escape: () => leave() },
      isOnItsWay: true,
    });
    return () => {
      pop();
      arming.disarm();
    };
  }, []);
  return null;
};
