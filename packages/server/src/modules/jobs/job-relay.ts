import { laneRoom } from '../../domain/queue.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop, waitUntilDue } from '../../infra/loop.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { DueJob, JobRoom, JobStore } from '../../record/job-store.ts';
import { queueId, ticketOf, ticketSchema } from './ticket.ts';

export interface JobRelayDependencies {
  readonly jobs: JobStore;
  readonly queue: Pick<LaneQueue, 'add' | 'findHeld' | 'load'>;
  readonly wakeUps: WakeUps;
  readonly logger: Logger;
  /** A job that the queue has is looked after when it has not been begun for so long. */
  readonly lostAfterMs: number;
}

const jobsPerRound = 200;
/** What a lost wake-up costs at most. */
const pollMs = 1_000;
/** So soon is looked whether there is room again, where more waits than there was. */
const refillMs = 100;
const lane = 'BACKGROUND';

/**
 * Hands due jobs to the queue: new ones, those to be tried again, those whose worker has let go of them or died, and
 * those that the queue has forgotten. Runs on every node; a hand-over is one node's.
 */
export const startJobRelay = (deps: JobRelayDependencies): AsyncDisposable => {
  const { jobs, queue, wakeUps, logger, lostAfterMs } = deps;

  const round = async (): Promise<number> => {
    const due = await jobs.findDue(jobsPerRound, await readRoom(queue));
    if (due.length > 0) {
      const waiting = await findWaiting(queue, due);
      if (waiting.length > 0) await jobs.leaveQueued(waiting.map(ticketOf), lostAfterMs);
      const others = due.filter((job) => !waiting.includes(job));
      const taken = others.length > 0 ? await jobs.takeDue(others.map(ticketOf), lostAfterMs) : [];
      const again = others.filter(({ isQueued }) => isQueued).length;
      if (again > 0) logger.info({ jobs: again }, 'jobs that the queue had lost were handed over again');
      await handOver(deps, taken);
    }
    const nextMs = await jobs.nextDueMs();
    return nextMs !== null && nextMs <= 0 ? refillMs : waitUntilDue(nextMs, pollMs);
  };
  const loop = startLoop({ name: 'job relay', round, idleMs: pollMs, logger });
  const subscription = wakeUps.on('jobs', () => {
    loop.wake();
  });
  return {
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};

/** However many its slots are, one submitter has half of them at most: what plans slowly would hold all. */
const readRoom = async (queue: JobRelayDependencies['queue']): Promise<JobRoom> => {
  const load = await queue.load(lane);
  return { room: laneRoom(load), each: Math.ceil(load.slots / 2) };
};

/** One in a slot that nobody has claimed by now sits in a dead worker's; only one that waits comes by itself. */
const findWaiting = async (
  queue: JobRelayDependencies['queue'],
  due: readonly DueJob[],
): Promise<DueJob[]> => {
  const queued = due.filter(({ isQueued }) => isQueued);
  if (queued.length === 0) return [];
  const held = await queue.findHeld(queued.map((job) => ({ id: queueId(job), lane })));
  return queued.filter((job) => held.get(queueId(job)) === 'WAITING');
};

const handOver = async ({ jobs, queue }: JobRelayDependencies, taken: readonly DueJob[]): Promise<void> => {
  const byName = Map.groupBy(taken, ({ name }) => name);
  for (const [name, some] of byName) {
    try {
      await queue.add(
        { name, schema: ticketSchema },
        some.map((job) => ({ id: queueId(job), lane, payload: ticketOf(job) })),
      );
    } catch (error) {
      await Promise.all(taken.map((job) => jobs.putBack(ticketOf(job), 0, null)));
      throw error;
    }
  }
};
