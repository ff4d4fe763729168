/** Tells the time: this process's, for what concerns it alone, or the database's, for what others judge by. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
