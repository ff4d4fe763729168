import type { Logger } from '../logger.ts';

/** A server that is away fails many times a second; one line in this time says it well enough. */
const quietMs = 5000;

/** What BullMQ says of a job that another has taken or a wipe has removed; our fence decides, not its lock. */
const expected = /Missing (lock|key) for job|could not renew lock for job|Lock mismatch/i;

/** An `error` listener: without one an emitter's error would end the process. */
export type ErrorLog = (error: Error) => void;

/** One log for all connections of a queue: what each of them says of the same outage is said once. */
export const createErrorLog = (logger: Logger): ErrorLog => {
  const lastAt = new Map<string, number>();
  return (error) => {
    if (expected.test(error.message)) {
      logger.debug({ reason: error.message }, 'a job is no longer ours in the queue');
      return;
    }
    const now = performance.now();
    if (now - (lastAt.get(error.message) ?? -Infinity) < quietMs) return;
    for (const [message, at] of lastAt) if (now - at >= quietMs) lastAt.delete(message);
    lastAt.set(error.message, now);
    logger.warn({ err: error }, 'the queue reported an error; it goes on by itself');
  };
};
