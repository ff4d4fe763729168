import { useImperativeHandle, type Ref } from 'react';

/** Stands, as the target of a menu or popover, for an element that is on the page already. */
export const Anchor = ({ element, ref }: { element: HTMLElement; ref?: Ref<HTMLElement> }) => {
  useImperativeHandle(ref, () => element, [element]);
  return null;
};
