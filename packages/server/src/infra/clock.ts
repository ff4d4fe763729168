/** Tells the time by which others judge as well: the database's, in the product. */
export interface Clock {
  now(): Date;
}

/**
 * This machine's time. People and services set it forth and back, so nothing is decided by it: it is for what
 * is only shown. A duration is measured by `performance.now()`, which knows no jumps.
 */
export const systemClock: Clock = { now: () => new Date() };
