import { LRUCache } from 'lru-cache';
import type { PolicyAnswer } from '../../domain/decision.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { PolicyContent, PolicyContents } from '../../record/policy-content.ts';
import type { KeptRules } from './kept-rules.ts';
import { hashBundle, hashWasm } from './policy-engine-bundle.ts';
import { fault } from './policy-engine-verdict.ts';
import type { PolicyThreads } from './policy-threads.ts';
import type { RulesOfBundle } from './replay-decision.ts';

/** Bundles that are kept in the record, as threads take them. */
export interface KeptBundles {
  /** Null where it is not kept. Throws where what is kept is not what it is called. */
  find(bundleHash: string): Promise<KeptRules | null>;
}

const known = 8;

export const createKeptBundles = (contents: Pick<PolicyContents, 'find'>): KeptBundles => {
  const bundles = new LRUCache<string, KeptRules>({ max: known });
  return {
    async find(bundleHash) {
      const found = bundles.get(bundleHash);
      if (found) return found;
      const content = await contents.find(bundleHash);
      if (!content) return null;
      const kept = keptRules(content);
      bundles.set(bundleHash, kept);
      return kept;
    },
  };
};

/** Throws where it was altered. */
export const keptRules = ({ bundleHash, rulesHash, wasm, data }: PolicyContent): KeptRules => {
  if (hashWasm(wasm) !== rulesHash || hashBundle(rulesHash, data) !== bundleHash)
    throw new Error(`The rules ${bundleHash.slice(0, 12)} that are kept are not those that decided.`);
  const shared = new Uint8Array(new SharedArrayBuffer(wasm.byteLength));
  shared.set(wasm);
  return { bundleHash, wasm: shared, data };
};

/** The rules of any bundle that ever decided here, asked on a thread; those in force without one. */
export const createRulesOf =
  (inForce: RulesOfBundle, kept: KeptBundles, threads: Pick<PolicyThreads, 'ask'>): RulesOfBundle =>
  async (bundleHash) => {
    const current = await inForce(bundleHash);
    if (current) return current;
    const rules = await kept.find(bundleHash);
    return (
      rules &&
      (async (input): Promise<PolicyAnswer> => {
        const answers = await threads.ask(rules, [canonicalJson(input)]);
        return answers?.[0] ?? fault('The rules did not answer in time.');
      })
    );
  };
