import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** One request that reached the platform, in the order of arrival. */
export interface LedgerEntry {
  readonly number: number;
  readonly at: string;
  /** When its caller let it go, where the caller says so: a platform may take its time to read what has come. */
  readonly sentAt?: string | null;
  /** APPLIED is an effect; the others changed nothing. */
  readonly outcome: 'APPLIED' | 'REPLAYED' | 'REFUSED';
  readonly id: string;
  readonly idempotencyKey: string | null;
  readonly resource: string;
  readonly value: unknown;
}

/** An entry with its place in the ledger. */
export type Placed<Entry> = Entry & Pick<LedgerEntry, 'number' | 'at'>;

export interface LedgerFile<Entry = Omit<LedgerEntry, 'number' | 'at'>> extends Disposable {
  readonly entries: readonly Placed<Entry>[];
  /** On disk before it returns. */
  readonly append: (entry: Entry) => Placed<Entry>;
}

/** What a platform's ledger says, also while the platform runs or after it was killed. */
export const readLedger = <Entry = Omit<LedgerEntry, 'number' | 'at'>>(file: string): Placed<Entry>[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Placed<Entry>)
    : [];

/** Opens a ledger to go on with it: what is in the file stays. */
export const openLedger = <Entry = Omit<LedgerEntry, 'number' | 'at'>>(file: string): LedgerFile<Entry> => {
  const entries = readLedger<Entry>(file);
  const descriptor = openSync(file, 'a');
  return {
    entries,
    append: (fields) => {
      const entry: Placed<Entry> = { number: entries.length + 1, at: new Date().toISOString(), ...fields };
      writeSync(descriptor, `${JSON.stringify(entry)}\n`);
      fsyncSync(descriptor);
      entries.push(entry);
      return entry;
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
};
