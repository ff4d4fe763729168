import { addAbortListener } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBatcher } from '../../infra/batch.ts';
import { isConnectionError } from '../../infra/database-errors.ts';
import type { Logger } from '../../infra/logger.ts';
import type { OutcomeFolder } from './outcome-folder.ts';
import { settleAttempts, type FinishedAttempt, type SettleDependencies } from './settle-attempts.ts';

export interface OutcomeKeeperDependencies extends SettleDependencies {
  readonly outcomes: OutcomeFolder;
  readonly logger: Logger;
  /** How long an outcome is tried again that the database refuses, rather than cannot be told. */
  readonly patienceMs: number;
}

/** Commits outcomes, however late: as long as a step's fence stands, what is known of it is not lost. */
export interface OutcomeKeeper extends AsyncDisposable {
  /** False where the step was no longer this attempt's. Throws where `stop` ends the trying: the folder has it then. */
  save(attempt: FinishedAttempt, stop: AbortSignal): Promise<boolean>;
}

const perTransaction = 128;
const retryMs = 250;
/** A database that has not taken it by then may stay away longer than we do. */
const writeDownAfterMs = 2_000;

export const createOutcomeKeeper = (deps: OutcomeKeeperDependencies): OutcomeKeeper => {
  const { outcomes, logger, patienceMs } = deps;
  const settlements = createBatcher<FinishedAttempt, boolean>({
    run: (attempts) => settleAttempts(deps, attempts),
    maxSize: perTransaction,
    concurrency: 2,
  });

  const settle = async (attempt: FinishedAttempt, stop: AbortSignal): Promise<boolean> => {
    const until = performance.now() + patienceMs;
    for (;;) {
      try {
        return await settlements.submit(attempt);
      } catch (error) {
        if (stop.aborted || (!isConnectionError(error) && performance.now() >= until)) throw error;
        logger.warn({ err: error, stepId: attempt.stepId }, 'an outcome was not saved; trying again');
        await sleep(retryMs);
      }
    }
  };

  const pending = new Set<Promise<void>>();
  const writeDown = async (attempt: FinishedAttempt): Promise<void> => {
    const writing = outcomes.write(attempt).catch((error: unknown) => {
      logger.error({ err: error, stepId: attempt.stepId }, 'an outcome could not be written down either');
    });
    pending.add(writing);
    await writing;
    pending.delete(writing);
  };

  return {
    async save(attempt, stop) {
      using late = lateness(stop);
      const saving = settle(attempt, stop);
      const isLate = await Promise.race([saving.then(isNotLate, isNotLate), late.promise]);
      if (!isLate) return await saving;
      await writeDown(attempt);
      const isSettled = await saving;
      await outcomes.remove(attempt);
      return isSettled;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(pending);
      await settlements[Symbol.asyncDispose]();
    },
  };
};

const isNotLate = (): boolean => false;

/** Comes true once the database takes long, or the process stops. */
const lateness = (stop: AbortSignal): Disposable & { readonly promise: Promise<true> } => {
  const { promise, resolve } = Promise.withResolvers<true>();
  const onLate = (): void => {
    resolve(true);
  };
  const timer = setTimeout(onLate, writeDownAfterMs);
  const stopping = addAbortListener(stop, onLate);
  return {
    promise,
    [Symbol.dispose]() {
      clearTimeout(timer);
      stopping[Symbol.dispose]();
    },
  };
};

/** What an earlier process of this home knew and could not save: before anybody looks at those steps again. */
export const saveWrittenOutcomes = async (
  deps: SettleDependencies & Pick<OutcomeKeeperDependencies, 'outcomes' | 'logger'>,
): Promise<void> => {
  const { outcomes, logger } = deps;
  const { attempts, unreadable } = await outcomes.read();
  if (unreadable.length > 0)
    logger.error({ files: unreadable }, 'outcomes that were written down cannot be read');
  await using settlements = createBatcher<FinishedAttempt, boolean>({
    run: (batch) => settleAttempts(deps, batch),
    maxSize: perTransaction,
    concurrency: 1,
  });
  await Promise.all(
    attempts.map(async (attempt) => {
      const isSettled = await settlements.submit(attempt);
      await outcomes.remove(attempt);
      logger.warn({ stepId: attempt.stepId, isSettled }, 'an outcome that was written down is saved');
    }),
  );
};
