/** How many places are lent besides those that there are, and once nothing has moved for how long. */
export interface Lends {
  readonly most: number;
  readonly afterMs: number;
}

/** The places that are lent. */
interface Lending {
  /** Somebody stands in line: it is seen whether anything moves. */
  awaited(): void;
  /** A place was given back. */
  moved(): void;
  /** Whether a place that is given back was a lent one: then it is gone, and free for nobody. */
  takesBack(): boolean;
}

/**
 * A call may wait for another that its callee makes through us. Where all who hold a place wait for one who has none,
 * none is ever given back: so once none was for a while, one more is lent, then as many again each time.
 */
export const createLending = (
  { most, afterMs }: Lends,
  isAwaited: () => boolean,
  lend: (count: number) => void,
): Lending => {
  let lent = 0;
  let timer: NodeJS.Timeout | null = null;
  const awaited = (): void => {
    if (lent < most && isAwaited()) timer ??= setTimeout(lendMore, afterMs).unref();
  };
  const lendMore = (): void => {
    timer = null;
    if (!isAwaited()) return;
    const more = Math.min(Math.max(1, lent), most - lent);
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
      if (lent === 0 || isAwaited()) return false;
      lent -= 1;
      return true;
    },
  };
};
