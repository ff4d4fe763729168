/** The places that are lent. */
interface Lending {
  /** Somebody stands in line, or one who holds a place may wait: it is seen whether anything moves. */
  awaited(): void;
  /** A place was given back. */
  moved(): void;
  /** Whether a place that is given back was a lent one: then it is gone, and free for nobody. */
  takesBack(): boolean;
}

/** Once nothing has moved for so long, the first is lent. */
const afterMs = 250;

/**
 * A call may wait for another that its callee makes through us. Where all who hold a place wait for one who has none,
 * none is ever given back: so once none was for a while, one more is lent, then as many again each time, and never more
 * than `most` says now.
 */
export const createLending = (
  most: () => number,
  isAwaited: () => boolean,
  lend: (count: number) => void,
): Lending => {
  let lent = 0;
  let timer: NodeJS.Timeout | null = null;
  const awaited = (): void => {
    if (lent < most() && isAwaited()) timer ??= setTimeout(lendMore, afterMs).unref();
  };
  const lendMore = (): void => {
    timer = null;
    const more = Math.min(Math.max(1, lent), most() - lent);
    if (more <= 0 || !isAwaited()) return;
    lent += more;
    lend(more);
    awaited();
  };
  return {
    awaited,
    moved() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      awaited();
    },
    takesBack() {
      if (lent === 0 || (isAwaited() && lent <= most())) return false;
      lent -= 1;
      return true;
    },
  };
};
