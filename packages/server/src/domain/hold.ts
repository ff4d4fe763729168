import { askAgainMs } from './retry.ts';

/** Not now: something waits, and is no worse for it. */
export interface Hold {
  /** Who says so: a rule of policy, the kill switch, or a guard of a platform. */
  readonly rule: string;
  /** A sentence for an operator. */
  readonly reason: string;
  /** RFC 3339, UTC; null until somebody or something lifts it. */
  readonly until: string | null;
  /** The task of the same tenant that keeps it waiting, where there is one; told to those alone who see it. */
  readonly taskId?: string;
}

export const isSameHold = (one: Hold | null, other: Hold | null): boolean =>
  one?.rule === other?.rule && one?.reason === other?.reason && one?.until === other?.until;

const endMs = ({ until }: Hold): number => (until === null ? Number.POSITIVE_INFINITY : Date.parse(until));

/** Of those that still hold, the one that ends last, and the first of several such; null where none is left. */
export const longestHold = (holds: readonly Hold[], now: Date): Hold | null =>
  holds
    .filter((hold) => endMs(hold) > now.getTime())
    .reduce<Hold | null>(
      (longest, hold) => (longest && endMs(longest) >= endMs(hold) ? longest : hold),
      null,
    );

/** Whoever holds may change their mind before the hold ends. */
const longestUnaskedMs = 60_000;

/**
 * The wait until a hold is asked about again: its end, or half a minute to a minute where that is sooner, so that
 * those whom one freeze holds do not fill a lane all at once. Without an end, the longer it lasts, the less often,
 * up to half a minute. Whole milliseconds. `random` is in [0, 1).
 */
export const heldMs = (hold: Hold, waitedMs: number, now: Date, random: number): number =>
  hold.until === null
    ? askAgainMs(waitedMs, random)
    : Math.min(
        Math.max(1, Date.parse(hold.until) - now.getTime()),
        Math.floor(longestUnaskedMs * (0.5 + random / 2)),
      );
