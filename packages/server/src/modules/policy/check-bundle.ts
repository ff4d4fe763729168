import { accepted, type Outcome } from '../../domain/errors.ts';
import type { BundleKey } from './bundle-signature.ts';
import { keptRules } from './kept-bundles.ts';
import { readPolicyInput } from './draft-policy.ts';
import { hashBundle, hashWasm } from './policy-engine-bundle.ts';
import type { CheckReport } from './policy-thread-work.ts';
import type { PolicyThreads } from './policy-threads.ts';
import { readBundle } from './read-bundle.ts';

export interface BundleCheck {
  readonly signedBy: string;
  readonly bundleHash: string;
  readonly report: CheckReport;
}

/** What a server would find in a bundle before anybody publishes it, but for plans that it has recorded. */
export const checkBundle = async (
  packed: Uint8Array,
  /** Goes with rules that bring no data. */
  data: object,
  keys: readonly BundleKey[],
  threads: Pick<PolicyThreads, 'check'>,
): Promise<Outcome<BundleCheck>> => {
  const read = await readBundle(packed, keys);
  if (!read.ok) return read;
  const { wasm, signedBy } = read.value;
  const given = readPolicyInput(read.value.data ?? data);
  if (!given.ok) return given;
  const rulesHash = hashWasm(wasm);
  const bundleHash = hashBundle(rulesHash, given.value);
  const rules = keptRules({ bundleHash, rulesHash, wasm, builtBy: '', data: given.value });
  const report = await threads.check(rules, []);
  return accepted({
    signedBy,
    bundleHash,
    report: report ?? {
      isPassed: false,
      entries: [
        { check: 'DOCUMENTS', isPassed: false, subject: null, message: 'Its rules did not answer in time.' },
      ],
      rules: [],
    },
  });
};
