import { setTimeout as sleep } from 'node:timers/promises';

/** Chance that can be repeated: the seed is printed, and taken from `CHAOS_SEED` where that is set. */
export interface Chaos {
  readonly seed: number;
  /** In [0, 1). */
  random(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
  /** Lets a moment of random length pass, so that what comes next hits a random point of what is under way. */
  moment(leastMs: number, mostMs: number): Promise<void>;
  /** Waits until a random moment between so many milliseconds before a time and so many after it. */
  around(time: Date, beforeMs: number, afterMs: number): Promise<void>;
}

/** How much of it: enough for every change, or as much as the page on reliability says, where `FAULTS=long`. */
export const sized = <Size>(everyChange: Size, long: Size): Size =>
  process.env.FAULTS === 'long' ? long : everyChange;

export const createChaos = (story: string): Chaos => {
  const given = Number(process.env.CHAOS_SEED);
  const seed = Number.isSafeInteger(given) && given > 0 ? given : Math.ceil(Math.random() * 2 ** 31);
  process.stdout.write(`chaos "${story}": CHAOS_SEED=${seed}\n`);
  const random = mulberry32(seed);
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  return {
    seed,
    random,
    between,
    pick(items) {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new RangeError('There is nothing to pick from.');
      return item;
    },
    shuffled: (items) =>
      items
        .map((item) => ({ item, order: random() }))
        .sort((one, other) => one.order - other.order)
        .map(({ item }) => item),
    moment: (leastMs, mostMs) => sleep(between(leastMs, mostMs)),
    around: (time, beforeMs, afterMs) =>
      sleep(Math.max(0, time.getTime() - Date.now() + between(-beforeMs, afterMs))),
  };
};

/** A small generator of good enough chance: the same numbers for the same seed, everywhere. */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
