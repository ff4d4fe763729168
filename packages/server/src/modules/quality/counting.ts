import type { Connections } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import { countEvents, forgetCounts } from '../../record/track-store.ts';

export interface CountingDependencies {
  readonly database: Connections;
  /** Everything up to here is known to have happened. */
  readonly readTo: () => bigint;
  readonly logger: Logger;
}

const countEveryMs = 1_000;
const forgetEveryMs = 60 * 60_000;

/**
 * Counts the log every second while there is something new, whichever process comes first: nobody who records an
 * event waits for it, and what is counted twice is counted never, since how far it went is kept with the counts.
 */
export const startCounting = ({ database, readTo, logger }: CountingDependencies): AsyncDisposable => {
  let countedTo: bigint | null = null;
  let forgottenAtMs = performance.now();
  const round = async (): Promise<number> => {
    const end = readTo();
    if (end !== countedTo) {
      if (await database.transaction(countEvents)) return 0;
      countedTo = end;
    }
    if (performance.now() - forgottenAtMs > forgetEveryMs && !(await database.transaction(forgetCounts)))
      forgottenAtMs = performance.now();
    return countEveryMs;
  };
  return startLoop({ name: 'track records', round, idleMs: countEveryMs, logger });
};
