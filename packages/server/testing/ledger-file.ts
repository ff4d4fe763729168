import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** One request that reached the platform, in the order of arrival. */
export interface LedgerEntry {
  readonly number: number;
  readonly at: string;
  /** APPLIED is an effect; the others changed nothing. */
  readonly outcome: 'APPLIED' | 'REPLAYED' | 'REFUSED';
  readonly id: string;
  readonly idempotencyKey: string | null;
  readonly resource: string;
  readonly value: unknown;
}

export interface LedgerFile extends Disposable {
  readonly entries: readonly LedgerEntry[];
  /** On disk before it returns. */
  readonly append: (entry: Omit<LedgerEntry, 'number' | 'at'>) => LedgerEntry;
}

/** What a platform's ledger says, also while the platform runs or after it was killed. */
export const readLedger = (file: string): LedgerEntry[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LedgerEntry)
    : [];

/** Opens a ledger to go on with it: what is in the file stays. */
export const openLedger = (file: string): LedgerFile => {
  const entries = readLedger(file);
  const descriptor = openSync(file, 'a');
  return {
    entries,
    append: (fields) => {
      const entry: LedgerEntry = { number: entries.length + 1, at: new Date().toISOString(), ...fields };
      writeSync(descriptor, `${JSON.stringify(entry)}\n`);
      fsyncSync(descriptor);
      entries.push(entry);
      return entry;
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
};
