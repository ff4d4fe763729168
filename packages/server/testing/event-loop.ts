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

const sample = Array.from({ length: 20_000 }, (_, index) => ({
  index,
  text: `row ${index} of many`,
  tags: ['a', 'b'],
}));
/** What the sample takes there and back on a machine for which the limits are meant. */
const usualMs = 12;
const tries = 10;

/**
 * How many times as long as usual this machine takes for the same work now: at its slowest of some tries, for a turn is
 * judged by its longest. At least 1.
 */
export const slowness = (): number => {
  const timesMs = Array.from({ length: tries }, () => {
    const before = process.threadCpuUsage();
    JSON.parse(JSON.stringify(sample));
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.max(1, Math.max(...timesMs) / usualMs);
};

/** What work takes of the processor, on all threads, in milliseconds of a machine for which the limits are meant. */
export const usualTimeOf = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / slowness();
};
