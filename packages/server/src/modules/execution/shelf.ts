import type { Priority } from '@countersign/shared';
import { createBatcher } from '../../infra/batch.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { Shelved } from '../../record/dispatch-queries.ts';
import type { RunStore } from '../../record/run-store.ts';

/** Where steps wait for which no worker had room. All workers know of it, so that any that has room calls them. */
export interface Shelf extends AsyncDisposable {
  layAside(step: Shelved): Promise<null>;
}

export interface ShelfDependencies {
  readonly runs: Pick<RunStore, 'shelve' | 'findShelves'>;
  readonly wakeUps: WakeUps;
  /** So often it is looked at, whoever told of it. */
  readonly reconcileEveryMs: number;
  readonly logger: Logger;
}

const shelvedPerStatement = 256;
/** So often at most does a worker tell of what it laid aside, and look for what others did. */
const newsMs = 250;

/** `hearOf` is told where steps lie. */
export const createShelf = (
  { runs, wakeUps, reconcileEveryMs, logger }: ShelfDependencies,
  hearOf: (lane: Priority, platform: string) => void,
): Shelf => {
  let hasNews = false;
  const news = startLoop({
    name: 'shelf',
    async round() {
      for (const { lane, platform } of await runs.findShelves()) hearOf(lane, platform);
      if (hasNews) {
        hasNews = false;
        wakeUps.notify('shelf');
      }
      return reconcileEveryMs;
    },
    idleMs: reconcileEveryMs,
    restMs: newsMs,
    logger,
  });
  const subscription = wakeUps.on('shelf', () => {
    news.wake();
  });
  const steps = createBatcher<Shelved, null>({
    async run(laid) {
      await runs.shelve(laid);
      hasNews = true;
      news.wake();
      return laid.map(() => null);
    },
    maxSize: shelvedPerStatement,
    concurrency: 1,
  });
  return {
    layAside: (step) => steps.submit(step),
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await steps[Symbol.asyncDispose]();
      await news[Symbol.asyncDispose]();
    },
  };
};
