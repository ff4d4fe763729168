/** The longest that a timer can be set for. */
const longestMs = 0x7f_ff_ff_ff;

/**
 * Runs `work` after a time, but not before what has arrived by then was heard: a loop that was held up sees its
 * timers before its sockets, and would give up on answers that have been here for long.
 */
export const startLateTimer = (timeMs: number, work: () => void): Disposable => {
  let turn: NodeJS.Immediate | undefined;
  const timer = setTimeout(
    () => {
      turn = setImmediate(work);
    },
    Math.min(timeMs, longestMs),
  );
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      clearImmediate(turn);
    },
  };
};
