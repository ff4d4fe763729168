import type { Connections } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import { sumUpSteps } from '../../record/sum-up-steps.ts';

export interface SummingUpDependencies {
  readonly database: Connections;
  /** Everything up to here is known to have happened. */
  readonly readTo: () => bigint;
  readonly logger: Logger;
}

const sumEveryMs = 1_000;
const leastShare = 1 / 512;

/** Sums up the steps that ended, every second while there is something new, whichever process comes first. */
export const startSummingUp = ({ database, readTo, logger }: SummingUpDependencies): AsyncDisposable => {
  let summedTo: bigint | null = null;
  let share = 1;
  const round = async (): Promise<number> => {
    const end = readTo();
    if (end !== summedTo) {
      const tried = share;
      // Where this fails, as where it takes too long, less is tried next, and then more again.
      share = leastShare;
      const isMore = await sumUpSteps(database, tried);
      share = Math.min(1, tried * 2);
      if (isMore) return 0;
      summedTo = end;
    }
    return sumEveryMs;
  };
  return startLoop({ name: 'step figures', round, idleMs: sumEveryMs, logger });
};
