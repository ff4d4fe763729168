/**
 * Collects values and hands them on in batches: the first one at once, then one batch per turn
 * of `schedule` (an animation frame) for as long as values keep coming.
 */
export interface Coalescer<Value> {
  push(...values: readonly Value[]): void;
  stop(): void;
}

export const createCoalescer = <Value>(
  flush: (batch: readonly Value[]) => void,
  schedule: (turn: () => void) => () => void,
): Coalescer<Value> => {
  let waiting: Value[] = [];
  let cancel: (() => void) | null = null;

  const turn = (): void => {
    cancel = null;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    cancel = schedule(turn);
    flush(batch);
  };

  return {
    push(...values) {
      waiting.push(...values);
      if (!cancel) turn();
    },
    stop() {
      cancel?.();
      cancel = null;
      waiting = [];
    },
  };
};

/** An animation frame, or a second where none comes: a hidden page is not painted, also if it was asked before. */
export const nextPaint = (turn: () => void): (() => void) => {
  const stop = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const take = (): void => {
    stop();
    turn();
  };
  const timer = setTimeout(take, 1_000);
  const frame = requestAnimationFrame(take);
  return stop;
};
