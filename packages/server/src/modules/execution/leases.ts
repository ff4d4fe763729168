import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { RunStore } from './run-store.ts';

/** This worker's hold on one step. */
export interface Lease extends Disposable {
  /** Aborts when the hold is lost, the task's time is over or the process stops: whoever works on the step must let go. */
  readonly signal: AbortSignal;
  /** Whether the task's time is over. */
  readonly isOverdue: boolean;
  /** Throws where the hold may have run out unnoticed, as after a pause of the whole process. */
  assertHeld(): void;
}

/** Keeps the leases of all steps in hand alive, with one statement a round. */
export interface Leases extends AsyncDisposable {
  hold(step: HeldStep, stop: AbortSignal): Lease;
}

export interface HeldStep {
  readonly stepId: string;
  readonly fence: number;
  /** The monotonic time from which the lease counts at the earliest. */
  readonly sinceMs: number;
  /** Of the task's time from now on; null where there is no limit. */
  readonly remainingMs: number | null;
}

interface Held {
  readonly stepId: string;
  readonly fence: number;
  readonly lost: AbortController;
  /** By the monotonic clock, so that a jump of the wall clock changes nothing. */
  renewedAt: number;
}

class LetGo extends Error {
  override readonly name = 'AbortError';
}

interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

const startDeadline = (remainingMs: number): Deadline => {
  const over = new AbortController();
  const timer = setTimeout(() => {
    over.abort(new LetGo('The time of the task is over.'));
  }, remainingMs);
  return { signal: over.signal, [Symbol.dispose]: () => clearTimeout(timer) };
};

/** Rejects when the time is over; what was asked may still happen. */
const within = async <Value>(timeMs: number, asked: Promise<Value>): Promise<Value> => {
  const answered = new AbortController();
  const tooLate = sleep(timeMs, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`No answer within ${timeMs} ms.`);
  });
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    answered.abort();
  }
};

export const createLeases = (runs: RunStore, leaseMs: number, logger: Logger): Leases => {
  const held = new Set<Held>();
  const lose = (lease: Held): void => {
    held.delete(lease);
    lease.lost.abort(new LetGo('The lease on this step was lost.'));
  };
  const round = async (): Promise<number> => {
    const asked = [...held];
    if (asked.length === 0) return leaseMs / 3;
    const at = performance.now();
    try {
      const kept = await within(leaseMs, runs.extendLeases(asked, leaseMs));
      for (const lease of asked) {
        if (kept.has(lease.stepId)) lease.renewedAt = at;
        else if (held.has(lease)) lose(lease);
      }
    } catch (error) {
      logger.warn({ err: error }, 'leases were not extended; trying again');
      return leaseMs / 10;
    }
    return leaseMs / 3;
  };
  const loop = startLoop({ name: 'leases', round, idleMs: leaseMs / 3, logger });
  // Beside the rounds: one that hangs on a silent connection tells nobody that time has run out.
  const watch = setInterval(() => {
    [...held].filter((lease) => performance.now() - lease.renewedAt >= leaseMs).forEach(lose);
  }, leaseMs / 10);
  return {
    hold({ stepId, fence, sinceMs, remainingMs }, stop) {
      const lease: Held = { stepId, fence, lost: new AbortController(), renewedAt: sinceMs };
      held.add(lease);
      const deadline = remainingMs === null ? null : startDeadline(remainingMs);
      const signals = [stop, lease.lost.signal];
      return {
        signal: AbortSignal.any(deadline ? [...signals, deadline.signal] : signals),
        get isOverdue() {
          return deadline?.signal.aborted ?? false;
        },
        assertHeld() {
          if (performance.now() - lease.renewedAt >= leaseMs) lose(lease);
          lease.lost.signal.throwIfAborted();
        },
        [Symbol.dispose]() {
          deadline?.[Symbol.dispose]();
          held.delete(lease);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      clearInterval(watch);
    },
  };
};
