import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work that says between two pieces of it where others may have their turn. */
export type YieldingWork<Value> = Generator<void, Value, void>;

/** All of it in one turn of the loop: for work of which there is little. */
export const atOnce = <Value>(work: YieldingWork<Value>): Value => {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
};

/** Does long work piece by piece: however much of it there is at once, the event loop is kept no longer than one turn. */
export interface YieldingRunner {
  do<Value>(work: YieldingWork<Value>): Promise<Value>;
}

/** For as long the event loop is kept before everything else has its turn. */
const turnMs = 10;

export const createYieldingRunner = (): YieldingRunner => {
  /** When the present turn is over, for all who begin in it; null before anybody has. */
  let endsAt: number | null = null;
  /** Those who were cut off go on one after the other, each in a turn of its own. */
  let last: Promise<void> = Promise.resolve();

  const openTurn = (): number => {
    setImmediate(() => (endsAt = null));
    return (endsAt = performance.now() + turnMs);
  };
  return {
    do: async (work) => {
      for (let until = endsAt ?? openTurn(); ; until = openTurn()) {
        while (performance.now() < until) {
          const { done, value } = work.next();
          if (done) return value;
        }
        last = last.then(() => nextTurn());
        await last;
      }
    },
  };
};
