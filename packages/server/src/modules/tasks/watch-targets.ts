import { bulkhead } from 'cockatiel';
import type { Plan } from '../../domain/plan.ts';
import { nextLookMs, unwatchedRevision } from '../../domain/target-watch.ts';
import { startLoop } from '../../infra/loop.ts';
import type { PlanReader } from '../../record/plan-reader.ts';
import type { DueWatch, WatchStore } from '../../record/watch-store.ts';
import { lookAtTargets, type LookDependencies, type Resting } from './look-at-targets.ts';
import type { PlanTaskDependencies } from './plan-task.ts';
import { markFresh, replanMoved } from './replan-moved.ts';

export interface WatchTargetsDependencies extends LookDependencies {
  readonly planning: PlanTaskDependencies;
  readonly watches: WatchStore;
  readonly planReader: Pick<PlanReader, 'read'>;
  /** How often each request's targets are looked at, where platforms can be asked so much. */
  readonly everyMs: () => number;
}

const requestsPerRound = 20;
const atOnce = 4;
/** Between two rounds that were full: however much waits for people, looking takes its time. */
const betweenMs = 250;
const longestIdleMs = 5_000;

/**
 * Looks at the targets of what waits for people, so that a request whose target has moved says so, and is planned
 * again, before anybody decides on it. A look costs a platform a read or two, and never what its runs may take.
 */
export const startTargetWatch = (deps: WatchTargetsDependencies): AsyncDisposable => {
  const { watches, logger } = deps;
  const over = new AbortController();
  let enrolsAt = 0;
  const round = async (): Promise<number> => {
    const everyMs = deps.everyMs();
    const idleMs = Math.min(everyMs, longestIdleMs);
    const terms = { againAfterMs: everyMs, beforeRevision: unwatchedRevision };
    if (performance.now() >= enrolsAt)
      enrolsAt = (await watches.enrol(terms)) ? 0 : performance.now() + idleMs;
    const { due, isFull } = await watches.takeDue(requestsPerRound, terms);
    const pauseMs = isFull ? betweenMs : idleMs;
    if (due.length === 0) return pauseMs;
    const plans = await deps.planning.journal.transaction((tx) => deps.planning.stores.plans.find(tx, due));
    const resting: Resting = new Map();
    const places = bulkhead(atOnce, Number.POSITIVE_INFINITY);
    await Promise.all(
      due.map((watch) =>
        places.execute(async () => {
          const plan = plans.find(({ taskId }) => taskId === watch.taskId);
          if (plan && !over.signal.aborted) await lookAt(deps, watch, plan, resting, over.signal);
        }),
      ),
    );
    return pauseMs;
  };
  const loop = startLoop({
    name: 'target watch',
    round,
    idleMs: Math.min(deps.everyMs(), longestIdleMs),
    logger,
  });
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      await loop[Symbol.asyncDispose]();
    },
  };
};

/** One request that cannot be looked at must not keep the others from it. */
const lookAt = async (
  deps: WatchTargetsDependencies,
  watch: DueWatch,
  plan: Plan,
  resting: Resting,
  signal: AbortSignal,
): Promise<void> => {
  const { watches, planning, logger } = deps;
  const everyMs = deps.everyMs();
  try {
    const document = deps.planReader.read(plan)?.document;
    if (!document) return;
    const { moved, seen, retryAfterMs, isWhole } = await lookAtTargets(
      deps,
      document,
      watch.seen,
      resting,
      signal,
    );
    if (JSON.stringify(seen) !== JSON.stringify(watch.seen)) await watches.keepSeen(watch.approvalId, seen);
    if (moved.length > 0) await replanMoved(planning, watch, moved, signal);
    else if (watch.isStale && isWhole) await markFresh(planning, watch);
    const nextMs = retryAfterMs ?? nextLookMs(watch.revision, everyMs);
    if (nextMs !== everyMs) await watches.lookAgain([watch.approvalId], nextMs);
  } catch (error) {
    if (!signal.aborted)
      logger.warn({ err: error, taskId: watch.taskId }, 'its targets could not be watched');
  }
};
