import { closed, record, sealed, signer } from '../packages/audit/testing/sealed-samples.ts';
import { entriesPerSeal, linesOf, verifyLines } from '../packages/audit/src/verify-audit.ts';
import { inRounds } from './rounds.ts';

/** How many entries of a copy of the record are verified, as `countersign audit verify` does it: seals, heads and all. */
export const measureVerification = async (entries: number): Promise<object> => {
  const { lines, heads } = sealed(record(entries), entriesPerSeal);
  const copy = closed(lines);
  const rate = await inRounds(entries, () => {
    const verdict = verifyLines(linesOf([copy]), signer.keys, heads);
    if (!verdict.ok) throw new Error(verdict.fault.message);
  });
  return { entries, bytes: copy.byteLength, ...rate };
};
