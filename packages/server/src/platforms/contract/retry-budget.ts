export interface RetryLimits {
  /** Of the calls that are no retries, as a share: 0.2 for one retry in five calls. */
  readonly share: number;
  /** So many a second, besides, whatever else is called. */
  readonly perSecond: number;
}

/** What may be tried again at one platform, so that an outage does not get more calls than a day without one. */
export interface RetryBudget {
  noteCall(): void;
  /** Null where one may be tried again now, and is counted; otherwise the milliseconds to wait. */
  takeRetry(): number | null;
}

/** What was saved up is worth so many seconds of `perSecond`: calls of long ago pay for nothing. */
const savedSeconds = 10;
const longestWaitMs = 30_000;

export const createRetryBudget = ({ share, perSecond }: RetryLimits): RetryBudget => {
  const most = savedSeconds * perSecond;
  let left = most;
  let seenAt = performance.now();
  /** When the last of those that were sent away comes back: each at its time, and not all at once. */
  let lastBackAt = 0;
  return {
    noteCall() {
      left = Math.min(most, left + share);
    },
    takeRetry() {
      const now = performance.now();
      left = Math.min(most, left + ((now - seenAt) / 1_000) * perSecond);
      seenAt = now;
      if (left >= 1) {
        left -= 1;
        return null;
      }
      lastBackAt = Math.max(now, lastBackAt) + 1_000 / perSecond;
      const waitMs = Math.min(lastBackAt - now, longestWaitMs * (0.5 + Math.random() / 2));
      lastBackAt = Math.min(lastBackAt, now + longestWaitMs);
      return Math.ceil(waitMs);
    },
  };
};
