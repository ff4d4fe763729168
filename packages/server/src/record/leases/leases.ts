import { addAbortListener } from 'node:events';
import { Worker } from 'node:worker_threads';
import { stopMessage } from '../../domain/decision.ts';
import type { SessionSettings } from '../../infra/database.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import { startLateTimer } from '../../infra/late-timer.ts';
import type { Logger } from '../../infra/logger.ts';
import {
  clearHold,
  createClaimMarks,
  createLeaseBoard,
  steadyMs,
  writeHold,
  type LeaseReport,
} from './lease-board.ts';
import type { LeaseThreadData } from './lease-thread.ts';
import type { StopAck } from './stop-round.ts';

/** This worker's hold on one step. */
export interface Lease extends Disposable {
  /**
   * Aborts when another attempt has the step, the task's time is over, a kill switch halts it or the process stops: whoever works on
   * the step must let go. A lease that ran out unrenewed aborts nothing: a call that has left is better heard out.
   */
  readonly signal: AbortSignal;
  /** Whether the task's time is over. */
  readonly isOverdue: boolean;
  /** Why a kill switch ends what is in flight; null where none does. */
  readonly halt: string | null;
  /** Throws where the lease is not known to hold, as after a pause of the whole process. */
  assertHeld(): void;
}

/** Keeps the leases of all steps in hand alive, whatever the main loop is busy with. */
export interface Leases extends AsyncDisposable {
  /** Say so before a step is claimed, and dispose it once it is held: until then no stop is said to be over here. */
  claiming(): Disposable;
  hold(step: HeldStep, stop: AbortSignal): Lease;
  /** Waits until everybody can see that this worker lives: what it claimed before would be taken for a dead one's. */
  present(stop: AbortSignal): Promise<void>;
}

export interface HeldStep {
  readonly stepId: string;
  readonly fence: number;
  /** By `performance.now()`: the time from which the lease counts at the earliest. */
  readonly sinceMs: number;
  /** Of the task's time from now on; null where there is no limit. */
  readonly remainingMs: number | null;
}

export interface LeasesOptions {
  readonly session: SessionSettings;
  /** The worker's name, which no other has or had. */
  readonly worker: string;
  readonly leaseMs: number;
  /** Where the file lies that stops this process. */
  readonly home: string;
  /** Called once for each stage of a kill switch, once everybody can see that this worker knows. */
  readonly onStop: (ack: StopAck) => void;
  readonly logger: Logger;
}

class LetGo extends Error {
  override readonly name = 'AbortError';
}

interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

const startDeadline = (remainingMs: number): Deadline => {
  const over = new AbortController();
  const timer = startLateTimer(remainingMs, () => {
    over.abort(new LetGo('The time of the task is over.'));
  });
  return { signal: over.signal, [Symbol.dispose]: () => timer[Symbol.dispose]() };
};

/** Far more than the slots of all lanes. */
const boardSize = 16_384;
const lastHold = 0x7f_ff_ff_ff;
const stopMs = 1_000;

export const createLeases = ({ session, worker, leaseMs, home, onStop, logger }: LeasesOptions): Leases => {
  const board = createLeaseBoard(boardSize);
  const freeSlots = Array.from(board.holds.keys());
  const held = new Map<number, Held>();
  let holds = 0;
  const thread = startThread({ session, worker, leaseMs, board, home }, logger, {
    onStop,
    onLost: (hold) => held.get(hold)?.end.abort(new LetGo('The lease on this step was lost.')),
    onHalted(hold, reason) {
      const one = held.get(hold);
      if (!one) return;
      one.halt ??= stopMessage({ reason });
      one.end.abort(new LetGo(one.halt));
    },
  });

  return {
    present: thread.present,
    claiming: createClaimMarks(board),
    hold({ stepId, fence, sinceMs, remainingMs }, stop) {
      const slot = freeSlots.pop();
      if (slot === undefined) throw new RangeError('This worker holds more steps than it can keep.');
      holds = (holds % lastHold) + 1;
      const hold = holds;
      const one: Held = { end: new AbortController(), halt: null };
      held.set(hold, one);
      writeHold(board, { slot, hold, stepId, fence }, steadyMs() - (performance.now() - sinceMs));
      const deadline = remainingMs === null ? null : startDeadline(remainingMs);
      const joined = joinSignals(stop, one.end.signal, ...(deadline ? [deadline.signal] : []));
      return {
        signal: joined.signal,
        get isOverdue() {
          return deadline?.signal.aborted ?? false;
        },
        get halt() {
          return one.halt;
        },
        assertHeld() {
          // The thread may know before its message has come.
          if (board.halted[slot] === hold) one.halt ??= stopMessage({ reason: 'a halt has come.' });
          if (one.halt !== null) throw new LetGo(one.halt);
          if (board.lost[slot] === hold || steadyMs() - (board.renewedAt[slot] ?? 0) >= leaseMs)
            throw new LetGo('The lease on this step was lost.');
        },
        [Symbol.dispose]() {
          joined[Symbol.dispose]();
          deadline?.[Symbol.dispose]();
          if (!held.delete(hold)) return;
          clearHold(board, slot);
          freeSlots.push(slot);
        },
      };
    },
    [Symbol.asyncDispose]: thread.stop,
  };
};

interface Held {
  readonly end: AbortController;
  halt: string | null;
}

interface ThreadListener extends Pick<LeasesOptions, 'onStop'> {
  onLost(hold: number): void;
  onHalted(hold: number, reason: string): void;
}

const startThread = (data: LeaseThreadData, logger: Logger, { onLost, onHalted, onStop }: ThreadListener) => {
  const thread = new Worker(new URL('./lease-thread.ts', import.meta.url), { workerData: data });
  let presence = Promise.withResolvers<void>();
  let isPresent = false;
  thread.on('message', (report: LeaseReport) => {
    if (report.kind === 'LOST') onLost(report.hold);
    else if (report.kind === 'HALTED') onHalted(report.hold, report.reason);
    else if (report.kind === 'ACKNOWLEDGED') onStop(report.ack);
    else if (report.kind === 'PRESENT') {
      isPresent = true;
      presence.resolve();
    } else {
      if (isPresent) presence = Promise.withResolvers<void>();
      isPresent = false;
      logger.warn({ reason: report.reason }, 'leases were not extended; trying again');
    }
  });
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  // Without it no lease is kept any more, and a process that goes on would only do harm.
  thread.on('error', (error) => {
    throw error;
  });
  return {
    async present(stop: AbortSignal) {
      if (isPresent) return;
      const { promise, reject } = Promise.withResolvers<never>();
      using _stopping = addAbortListener(stop, () => {
        reject(new LetGo('The process stops.'));
      });
      await Promise.race([presence.promise, promise]);
    },
    async stop() {
      thread.postMessage('stop');
      const timer = setTimeout(() => void thread.terminate(), stopMs);
      await ended;
      clearTimeout(timer);
    },
  };
};
