import type { Clock } from './clock.ts';
import type { StatementRunner } from './database.ts';
import type { Logger } from './logger.ts';
import { startLoop } from './loop.ts';

/** The database's time without asking it: what one process dates by it, another may judge by it. */
export type DatabaseClock = Clock & AsyncDisposable;

const readEveryMs = 10_000;

/**
 * Reads the database's time now and then and counts on by the monotonic clock in between, so that neither a
 * wrong nor a jumping clock of this machine matters. It is behind the database by at most the way of one
 * answer, and never ahead: what begins now may begin.
 */
export const createDatabaseClock = async (
  database: StatementRunner,
  logger: Logger,
): Promise<DatabaseClock> => {
  const read = async (): Promise<number> => {
    const [row] = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    if (!row) throw new Error('The database did not tell its time.');
    return row.now.getTime() - performance.now();
  };
  let offsetMs = await read();
  const round = async (): Promise<number> => {
    offsetMs = await read();
    return readEveryMs;
  };
  const loop = startLoop({ name: 'database clock', round, idleMs: readEveryMs, logger });
  return {
    now: () => new Date(Math.floor(performance.now() + offsetMs)),
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
};
