import { priorities, type Priority } from '@countersign/shared';
import { laneRoom } from '../../domain/queue.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop, waitUntilDue, type Loop } from '../../infra/loop.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import type { QueuedJob } from '../../infra/queue/job.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { Dispatch, LaneRoom } from '../../record/dispatch-queries.ts';
import type { RunStore } from '../../record/run-store.ts';
import { stepJob, type StepPayload } from './jobs/step.ts';

/** What a lost wake-up costs at most. */
const pollMs = 1_000;
/** So soon does a lane of which more waits than it takes get more. */
const refillMs = 10;

/** Names a dispatch in the queue: a second job of the same one is the same job. */
export const jobId = (dispatch: Pick<Dispatch, 'stepId' | 'epoch'>): string =>
  `${dispatch.stepId}-${dispatch.epoch}`;

/** The worker of this process, which begins what it has a free slot and a place for. */
export interface HereAndNow {
  /** False leaves the step to the queue. */
  begin(step: StepPayload, lane: Priority): boolean;
  /** So many steps of a lane began so and go on. */
  begun(lane: Priority): number;
}

export interface RelayDependencies {
  readonly runs: RunStore;
  readonly queue: LaneQueue;
  readonly wakeUps: WakeUps;
  readonly logger: Logger;
  /** Null on a node that runs no steps, and before it does. */
  readonly here: () => HereAndNow | null;
}

const jobOf = (row: Dispatch): QueuedJob<StepPayload> => ({
  id: jobId(row),
  lane: row.lane,
  payload: {
    stepId: row.stepId,
    epoch: row.epoch,
    platform: row.platform,
    tenantId: row.tenantId,
    submitterId: row.submitterId,
    ...(row.isShelved ? { isCalledBack: true } : {}),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  },
});

/**
 * Hands due outbox rows over, in turns, and of each lane no more than it is about to run: to the worker of this
 * process where that can begin them at once, to the queue otherwise. No transaction is open meanwhile: a queue that
 * does not answer would hold back every reader of the log. What it does not take goes back.
 */
export const startRelay = ({ runs, queue, wakeUps, logger, here }: RelayDependencies): AsyncDisposable => {
  const rooms = createRooms(queue, (lane) => here()?.begun(lane) ?? 0);
  const round = async (): Promise<number> => {
    const open = await rooms.open();
    const rows = await runs.takeDue(open);
    const worker = here();
    const left = worker ? rows.filter((row) => !worker.begin(jobOf(row).payload, row.lane)) : rows;
    try {
      if (left.length > 0) await queue.add(stepJob, left.map(jobOf));
    } catch (error) {
      await runs.putBack(left);
      throw error;
    }
    const isMore = rooms.note(rows) || open.length < priorities.length;
    return isMore ? refillMs : waitUntilDue(await runs.nextDueMs(), pollMs);
  };
  const loop: Loop = startLoop({ name: 'relay', round, idleMs: pollMs, logger });
  const subscription = wakeUps.on('outbox', () => {
    loop.wake();
  });
  return {
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};

interface Rooms {
  /** Lanes that take something now. */
  open(): Promise<LaneRoom[]>;
  /** Says what was handed over; true where a lane took all that it had room for. */
  note(rows: readonly Dispatch[]): boolean;
}

interface Room {
  room: number;
  readonly whole: number;
  readonly readAt: number;
  /** What the lane held when it was read, and what it was handed since. */
  held: number;
}

/** The room of each lane, for which the queue is asked again once half of it is used. */
const createRooms = (queue: Pick<LaneQueue, 'load'>, begun: (lane: Priority) => number): Rooms => {
  const rooms = new Map<Priority, Room>();
  const look = async (lane: Priority): Promise<void> => {
    const known = rooms.get(lane);
    if (known && (known.room > known.whole / 2 || performance.now() - known.readAt < refillMs)) return;
    const inQueue = await queue.load(lane);
    // Others begin steps past the queue too: as many as we, as far as we know.
    const load = { ...inQueue, active: inQueue.active + inQueue.workers * begun(lane) };
    const readAt = performance.now();
    const held = load.depth + load.active;
    const perSecond = known ? (1_000 * Math.max(0, known.held - held)) / (readAt - known.readAt) : 0;
    const whole = laneRoom({ ...load, depth: 0, active: 0 }, perSecond);
    rooms.set(lane, { room: laneRoom(load, perSecond), whole, readAt, held });
  };
  return {
    async open() {
      await Promise.all(priorities.map(look));
      return [...rooms].filter(([, { room }]) => room > 0).map(([lane, { room }]) => ({ lane, room }));
    },
    note(rows) {
      for (const { lane } of rows) {
        const known = rooms.get(lane);
        if (!known) continue;
        known.room -= 1;
        known.held += 1;
      }
      return [...rooms.values()].some(({ room }) => room <= 0);
    },
  };
};
