import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { NamedCount, NamedNews, RateCountStore } from '../../record/rate-count-store.ts';

/** The windows of this process. */
export interface CountedLimits {
  news(): NamedNews[];
  adopt(shared: readonly (NamedCount & { readonly told: number })[]): void;
}

const periodMs = 1_000;
const roundsToForget = 60;

/**
 * Makes the windows of several processes one, behind the requests: each tells the others once a second what it
 * counted for those who are not far from a limit, and learns what they counted. So no request waits for it, and
 * a caller may go past a limit by what the others take from them within a second, and by a sixteenth at each.
 */
export const startSharedLimits = ({
  limits,
  store,
  logger,
}: {
  readonly limits: CountedLimits;
  readonly store: RateCountStore;
  readonly logger: Logger;
}): AsyncDisposable => {
  let rounds = 0;
  return startLoop({
    name: 'shared-limits',
    idleMs: periodMs,
    logger,
    async round() {
      const news = limits.news();
      if (news.length > 0) {
        const told = new Map(news.map(({ name, key, fresh }) => [`${name} ${key}`, fresh]));
        const counts = await store.add(news);
        limits.adopt(
          counts.map((count) => ({ ...count, told: told.get(`${count.name} ${count.key}`) ?? 0 })),
        );
      }
      rounds += 1;
      if (rounds % roundsToForget === 0) await store.forgetEnded();
      return periodMs;
    },
  });
};
