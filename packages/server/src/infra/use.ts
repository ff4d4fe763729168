import { setTimeout as sleep } from 'node:timers/promises';

/** Who uses something that others have replaced: it may be ended once they are done. */
export interface Use {
  readonly begin: () => Disposable;
  /** Once nobody has used it for so long, or at once where the signal says so. */
  readonly hasRested: (restMs: number, signal: AbortSignal) => Promise<void>;
}

const looks = 4;

export const createUse = (): Use => {
  let count = 0;
  let usedAt = performance.now();
  return {
    begin() {
      count += 1;
      return {
        [Symbol.dispose]() {
          count -= 1;
          usedAt = performance.now();
        },
      };
    },
    async hasRested(restMs, signal) {
      const replacedAt = performance.now();
      while (!signal.aborted && (count > 0 || performance.now() - Math.max(usedAt, replacedAt) < restMs))
        await sleep(restMs / looks, undefined, { signal, ref: false }).catch(() => undefined);
    },
  };
};
