import { setTimeout as sleep } from 'node:timers/promises';

const lookEveryMs = 2;

export interface LoopHold<Value> {
  readonly value: Value;
  /** The most processor time that the main thread spent between two looks at its other work. */
  readonly longestMs: number;
  /** How far the process grew, at its largest. */
  readonly grownBytes: number;
}

/**
 * How long work keeps the event loop. In processor time, so that a busy machine, which makes everything late,
 * is not taken for a loop that is held.
 */
export const watchLoop = async <Value>(work: () => Promise<Value>): Promise<LoopHold<Value>> => {
  globalThis.gc?.();
  const startedWith = process.memoryUsage.rss();
  let [longestMs, most, isDone] = [0, startedWith, false];
  const watch = async () => {
    for (let last = process.threadCpuUsage(); !isDone; last = process.threadCpuUsage()) {
      await sleep(lookEveryMs);
      const { user, system } = process.threadCpuUsage(last);
      longestMs = Math.max(longestMs, (user + system) / 1_000);
      most = Math.max(most, process.memoryUsage.rss());
    }
  };
  const watching = watch();
  try {
    const value = await work();
    await sleep(lookEveryMs);
    return { value, longestMs, grownBytes: most - startedWith };
  } finally {
    isDone = true;
    await watching;
  }
};
