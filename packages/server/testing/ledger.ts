import { join } from 'node:path';
import type { AnyExecutor } from '../src/platforms/index.ts';
import { createLedgerExecutor } from './executors/ledger-executor.ts';
import {
  createLookExecutor,
  createUndoableExecutor,
  createUponExecutor,
} from './executors/ledger-undoable.ts';
import { readLedger, type LedgerEntry } from './ledger-file.ts';
import type { PlatformBehaviour } from './ledger-platform.ts';
import { until } from './until.ts';

/** What each action type of the ledger's platform says a retry may assume. */
export const ledgerActions = {
  'ledger.keyed': 'NATIVE_KEY',
  'ledger.marked': 'LOOKUP',
  'ledger.versioned': 'CONDITIONAL',
  'ledger.unmarked': 'NONE',
} as const;
export type LedgerAction = keyof typeof ledgerActions;

/** The ledger's executors under a name for each capability. */
export const createLedgerExecutors = (baseUrl: string): AnyExecutor[] => [
  ...Object.entries(ledgerActions).map(([name, idempotency]): AnyExecutor => {
    const executor = createLedgerExecutor({ baseUrl, idempotency, timeMs: 60_000 });
    return { ...(executor as AnyExecutor), traits: { ...executor.traits, name } };
  }),
  createUndoableExecutor(baseUrl),
  createUponExecutor(baseUrl),
  createLookExecutor(baseUrl),
];

/** The outside world's own record of what was done to it, kept by a process of its own. */
export interface Ledger extends AsyncDisposable {
  readonly url: string;
  /** Changes how the platform treats effects from now on; gives how it does. */
  behaves(behaviour: Partial<PlatformBehaviour>): Promise<PlatformBehaviour>;
  entries(): readonly LedgerEntry[];
  /** Requests about one resource, whether they changed it or not. */
  entriesOf(resource: string): readonly LedgerEntry[];
  /** How often each resource was changed. */
  effects(): ReadonlyMap<string, number>;
  /** How many calls asked for an effect so far, answered or not. */
  calls(): Promise<number>;
  /** Waits until every planned failure has struck. */
  hasFailedAsPlanned(): Promise<void>;
}

const told = async <Answer>(url: string, method: string, body: object): Promise<Answer> => {
  const response = await fetch(url, { method, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`The ledger answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
};

export const startLedger = async (
  hostUrl: string,
  folder: string,
  behaviour: Partial<PlatformBehaviour>,
): Promise<Ledger> => {
  const file = join(folder, 'ledger.jsonl');
  const { url } = await told<{ url: string }>(`${hostUrl}/ledgers`, 'POST', { file, behaviour });
  const behaves = (change: Partial<PlatformBehaviour>): Promise<PlatformBehaviour> =>
    told(`${url}/behaviour`, 'PUT', change);
  return {
    url,
    behaves,
    entries: () => readLedger(file),
    entriesOf: (resource) => readLedger(file).filter((entry) => entry.resource === resource),
    effects() {
      const counts = new Map<string, number>();
      for (const { resource, outcome } of readLedger(file)) {
        if (outcome === 'APPLIED') counts.set(resource, (counts.get(resource) ?? 0) + 1);
      }
      return counts;
    },
    calls: async () => ((await (await fetch(`${url}/calls`)).json()) as { calls: number }).calls,
    async hasFailedAsPlanned() {
      await until(
        async () => {
          const { failures, unansweredLooks } = await behaves({});
          return failures.length + unansweredLooks === 0 || undefined;
        },
        () => 'the platform still has failures to come',
      );
    },
    [Symbol.asyncDispose]: () => told(`${hostUrl}/ledgers`, 'DELETE', { url }),
  };
};
