import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { PlanningStore } from '../../record/planning-store.ts';

const hourMs = 60 * 60_000;
const firstMs = 60_000;

/** Forgets what was said to models and by them, once its days are over; the counts stay. */
export const startForgettingPrompts = ({
  plannings,
  days,
  logger,
}: {
  readonly plannings: Pick<PlanningStore, 'eraseBefore'>;
  readonly days: () => number;
  readonly logger: Logger;
}): AsyncDisposable =>
  startLoop({
    name: 'prompts to forget',
    round: async () => ((await plannings.eraseBefore(days())) ? 0 : hourMs),
    idleMs: firstMs,
    logger,
  });
