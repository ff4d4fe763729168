import type { Logger } from './logger.ts';

/** Work that is done again and again: soon when woken, and after a while anyway. */
export interface Loop extends AsyncDisposable {
  /** Runs the work as soon as a round that is under way has ended. */
  wake(): void;
}

export interface LoopOptions {
  readonly name: string;
  /** One round; gives the milliseconds until the next one if nobody wakes the loop before. */
  readonly round: () => Promise<number>;
  /** The wait before the first round, and after one that failed. */
  readonly idleMs: number;
  /** A round that is woken comes so long after the one before at the soonest; at once where left out. */
  readonly restMs?: number;
  readonly logger: Logger;
}

/** What was due so long before a round that left it is another process's, or cannot be done. */
const leftMs = 50;

/** The wait until something is due, `pollMs` at most; what a round left is not asked for at once again. */
export const waitUntilDue = (dueMs: number | null, pollMs: number): number =>
  dueMs === null || dueMs < -leftMs ? pollMs : Math.min(pollMs, Math.max(dueMs, 1));

export const startLoop = ({ name, round, idleMs, restMs = 0, logger }: LoopOptions): Loop => {
  let isStopped = false;
  let wasWoken = false;
  let current: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let endedAt = Number.NEGATIVE_INFINITY;

  const schedule = (delayMs: number): void => {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(run, delayMs);
  };
  const restLeftMs = (): number => endedAt + restMs - performance.now();

  const runRound = async (): Promise<void> => {
    let delayMs: number;
    do {
      wasWoken = false;
      try {
        delayMs = await round();
      } catch (error) {
        logger.warn({ err: error, loop: name }, 'a round failed; trying again');
        delayMs = idleMs;
        wasWoken = false;
      }
      endedAt = performance.now();
    } while (wasWoken && restMs === 0 && !isStopped);
    current = undefined;
    schedule(wasWoken ? Math.min(delayMs, restMs) : delayMs);
  };

  // What wakes the loop in the first part of a round finds that round under way.
  const run = (): void => {
    if (!isStopped) current ??= Promise.resolve().then(runRound);
  };

  const wake = (): void => {
    const isFirst = !wasWoken;
    wasWoken = true;
    if (restLeftMs() <= 0) run();
    else if (isFirst && !current) schedule(restLeftMs());
  };

  schedule(idleMs);
  return {
    wake,
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearTimeout(timer);
      await current;
    },
  };
};
