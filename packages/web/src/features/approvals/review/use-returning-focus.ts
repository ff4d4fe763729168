import { useEffect, useRef, type RefObject } from 'react';

/** Whichever is still there: what had the focus, the button that opens it, the list, the pane. */
const homeOf = (opener: Element | null, pane: HTMLElement | null): HTMLElement | undefined =>
  [
    opener,
    pane?.querySelector('[aria-keyshortcuts="R"]'),
    document.querySelector('[role="listbox"]'),
    pane?.querySelector('[tabindex]'),
  ].find(
    (place): place is HTMLElement =>
      place instanceof HTMLElement && place.isConnected && place !== document.body,
  );

/** Gives the focus back once what took it for a while is closed. Call the answer before it opens. */
export const useReturningFocus = (isOpen: boolean, pane: RefObject<HTMLElement | null>): (() => void) => {
  const opener = useRef<Element | null>(null);
  useEffect(() => {
    if (!isOpen) return;
    const within = pane.current;
    return () => {
      // Whoever has moved on since keeps the focus.
      if (document.activeElement === document.body)
        homeOf(opener.current, within)?.focus({ preventScroll: true });
    };
  }, [isOpen, pane]);
  return () => {
    opener.current = document.activeElement;
  };
};
