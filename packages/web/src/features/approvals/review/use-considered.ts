import { useEffect, useRef, type RefObject } from 'react';
import type { Considered } from '../decide/decide.ts';

/** The last lines of a change may stand under the tabs. */
const nearPx = 48;

const isAtEnd = ({ scrollTop, clientHeight, scrollHeight }: HTMLElement): boolean =>
  scrollTop + clientHeight >= scrollHeight - nearPx;

/** How long a plan has been on screen, and whether it was there to its end. */
export const useConsidered = (
  hash: string | undefined,
  scroller: RefObject<HTMLElement | null>,
): (() => Considered) => {
  const since = useRef(0);
  const hasSeenEnd = useRef(false);
  useEffect(() => {
    since.current = performance.now();
    hasSeenEnd.current = false;
    const shown = scroller.current;
    if (!shown) return;
    const note = (): void => {
      hasSeenEnd.current ||= isAtEnd(shown);
    };
    shown.addEventListener('scroll', note, { passive: true });
    return () => shown.removeEventListener('scroll', note);
  }, [hash, scroller]);
  return () => ({
    consideredMs: Math.round(performance.now() - since.current),
    hasViewed: hasSeenEnd.current || (scroller.current !== null && isAtEnd(scroller.current)),
  });
};
