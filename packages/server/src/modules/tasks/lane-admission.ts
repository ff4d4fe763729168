import type { Priority } from '@countersign/shared';
import { LRUCache } from 'lru-cache';
import { refusal, type Refusal } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { createRateWindows } from '../../infra/rate-window.ts';
import { createSharedRead } from '../../infra/shared-read.ts';
import type { DispatchStore } from '../../record/dispatch-queries.ts';

export interface LaneLimits {
  /** Steps of one submitter that may wait in one lane. */
  readonly waitingSteps: number;
  /** Tasks of priority HIGH that one submitter may submit to this process in a minute. */
  readonly highPerMinute: number;
}

type Submitter = Pick<Principal, 'id' | 'tenantId'>;

/** Whether a submitter's work may still come into a lane: null where it may, and then it is counted. */
export type AdmitToLane = (submitter: Submitter, lane: Priority, steps: number) => Promise<Refusal | null>;

/** How long a count serves, or longer where counting took long. */
const countedEveryMs = 1_000;
/** Beyond so many, those whose work came in longest ago are counted anew. */
const mostLines = 10_000;

/**
 * Counts now and then what waits, and in between what it lets in. So the limit is not exact: several processes
 * exceed it by what they let in within a second. In return nobody waits for a count who is far from the limit.
 */
export const createLaneAdmission = (
  runs: Pick<DispatchStore, 'countWaiting'>,
  limits: () => LaneLimits,
): AdmitToLane => {
  let high = highOf(limits());
  const lines = new LRUCache<string, Line>({ max: mostLines });
  const lineOf = (submitter: Submitter, lane: Priority): Line => {
    const key = `${lane} ${submitter.id}`;
    const known = lines.get(key);
    if (known) return known;
    const line = createLine(() => runs.countWaiting(submitter, lane, limits().waitingSteps));
    lines.set(key, line);
    return line;
  };
  return async (submitter, lane, steps) => {
    const { waitingSteps: limit, highPerMinute } = limits();
    if (high.perMinute !== highPerMinute) high = highOf(limits());
    if (lane === 'HIGH') {
      const { isExceeded, resetMs } = high.windows.take(submitter.id);
      if (isExceeded) return tooManyHigh(highPerMinute, resetMs);
    }
    return (await lineOf(submitter, lane).take(steps, limit)) ? null : tooManyWait(lane, limit);
  };
};

const highOf = ({ highPerMinute: perMinute }: LaneLimits) => ({
  perMinute,
  windows: createRateWindows({ limit: perMinute, windowMs: 60_000 }),
});

interface Line {
  /** Whether there is room for so many; then they have it. */
  take(steps: number, limit: number): Promise<boolean>;
}

const createLine = (count: () => Promise<number>): Line => {
  let waiting: number | undefined;
  let added = 0;
  const read = createSharedRead(async () => {
    const before = added;
    waiting = await count();
    added -= before;
  }, countedEveryMs);
  return {
    async take(steps, limit) {
      const reading = read();
      if (waiting === undefined || waiting + added + steps > limit) await reading;
      // Where the database is away, saving the task says so.
      else reading.catch(() => undefined);
      if ((waiting ?? 0) + added + steps > limit) return false;
      added += steps;
      return true;
    },
  };
};

const tooManyWait = (lane: Priority, limit: number): Refusal =>
  refusal(
    'RATE_LIMIT_EXCEEDED',
    `With these, more than ${limit} of your steps would wait in the lane ${lane}. Submit more once some have run.`,
    { retryAfterMs: 5 * countedEveryMs },
  );

const tooManyHigh = (perMinute: number, retryAfterMs: number): Refusal =>
  refusal(
    'RATE_LIMIT_EXCEEDED',
    `You may submit ${perMinute} tasks of priority HIGH in a minute. Wait, or submit with priority NORMAL.`,
    { retryAfterMs },
  );
