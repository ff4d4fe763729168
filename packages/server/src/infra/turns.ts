import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets many who want the same thing have it in turns: a few at a time, and nobody before those of others. */
export interface Turns {
  /** Runs the work once it is its turn. Whoever has more waiting than others waits longer with the rest of it. */
  run<Value>(whose: string, work: () => Promise<Value> | Value): Promise<Value>;
}

/** For as long the event loop is kept before everything else has its turn. */
const turnMs = 10;

/** For how long the loop was kept in its present turn: many calls of one turn keep it together. */
const createHeldTime = () => {
  let heldMs = 0;
  return {
    heldMs: () => heldMs,
    hold(work: () => void): void {
      if (heldMs === 0) setImmediate(() => (heldMs = 0));
      const since = performance.now();
      work();
      heldMs += performance.now() - since;
    },
  };
};

/** For long work in many small pieces: says between two of them when others should have their turn, and gives it. */
export interface Breath {
  isDue(): boolean;
  take(): Promise<void>;
}

export const createBreath = (): Breath => {
  let since = performance.now();
  return {
    isDue: () => performance.now() - since > turnMs,
    async take() {
      await nextTurn();
      since = performance.now();
    },
  };
};

export const createTurns = (atOnce: number): Turns => {
  /** In the order in which they have their next turn. */
  const waiting = new Map<string, (() => void)[]>();
  let running = 0;
  let isGoing = false;
  const loop = createHeldTime();

  const next = (): (() => void) | undefined => {
    const [first] = waiting;
    if (!first) return undefined;
    const [whose, queue] = first;
    waiting.delete(whose);
    const start = queue.shift();
    if (queue.length > 0) waiting.set(whose, queue);
    return start;
  };

  const go = async (): Promise<void> => {
    if (isGoing) return;
    isGoing = true;
    while (running < atOnce) {
      if (loop.heldMs() > turnMs) await nextTurn();
      const start = next();
      if (!start) break;
      running += 1;
      loop.hold(start);
    }
    isGoing = false;
  };

  return {
    run<Value>(whose: string, work: () => Promise<Value> | Value) {
      const { promise, resolve, reject } = Promise.withResolvers<Value>();
      const start = (): void => {
        const end = (): void => {
          running -= 1;
          void go();
        };
        const fail = (error: unknown): void => {
          reject(error instanceof Error ? error : new Error(String(error)));
        };
        try {
          const value = work();
          if (value instanceof Promise) void value.then(resolve, fail).finally(end);
          else {
            resolve(value);
            end();
          }
        } catch (error) {
          fail(error);
          end();
        }
      };
      const queue = waiting.get(whose);
      if (queue) queue.push(start);
      else waiting.set(whose, [start]);
      void go();
      return promise;
    },
  };
};
