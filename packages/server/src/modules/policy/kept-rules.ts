import { LRUCache } from 'lru-cache';
import { openRules, type OpenRules } from './policy-engine-wasm.ts';

/** Rules with their data, as another thread can be told of them. */
export interface KeptRules {
  readonly bundleHash: string;
  /** In memory that threads share, so that no question copies it. */
  readonly wasm: Uint8Array<SharedArrayBuffer>;
  readonly data: object;
}

const keptOpen = 4;

/** Opens rules, and keeps those used last open. */
export const createOpenRules = (): ((kept: KeptRules) => Promise<OpenRules>) => {
  const open = new LRUCache<string, OpenRules>({ max: keptOpen });
  return async ({ bundleHash, wasm, data }) => {
    const known = open.get(bundleHash);
    if (known) return known;
    // The compiler takes no shared memory.
    const opened = await openRules(new Uint8Array(wasm), data);
    open.set(bundleHash, opened);
    return opened;
  };
};
