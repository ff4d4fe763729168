import { priorities, type Priority } from '@countersign/shared';
import { createBatcher } from '../../infra/batch.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Lanes } from '../../infra/queue/lane-queue.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { EnterPlatform, Place } from '../../platforms/index.ts';
import { createLaneShare, type LaneShare } from './lane-share.ts';
import type { Shelved } from '../../record/dispatch-queries.ts';
import type { RunStore } from '../../record/run-store.ts';
import type { StepPayload } from './jobs/step.ts';
import { createWaitingSteps } from './waiting-steps.ts';

export interface StepRoomDependencies {
  readonly runs: RunStore;
  readonly lanes: Lanes;
  readonly wakeUps: WakeUps;
  readonly enterPlatform: EnterPlatform;
  /** As often as the reconciler looks for steps that nobody has in hand. */
  readonly reconcileEveryMs: number;
  readonly logger: Logger;
}

/** What a step needs before it is claimed: a slot of its lane and a place at its platform. */
export interface StepRoom extends AsyncDisposable {
  /** Null where there is no room for it: the step is laid aside and comes again. */
  enter(job: StepPayload, lane: Priority): Promise<Entered | null>;
  /** Sends whoever waits away, to come again at once, wherever there is a worker. */
  close(): void;
}

export interface Entered extends Disposable {
  /** Null where none is needed. */
  readonly place: Place | null;
}

/** A step that was laid aside and that nobody called back comes again by itself. */
const shelfMs = 30_000;
/** What leaves with its worker. Its job has ended by then: the queue would take another of its name for it. */
const leavingMs = 250;
const shelvedPerStatement = 256;

export const createStepRoom = (deps: StepRoomDependencies): StepRoom => {
  const { runs, wakeUps, lanes, enterPlatform, reconcileEveryMs, logger } = deps;
  const closed = new AbortController();
  const waiting = createWaitingSteps(enterPlatform, runs, reconcileEveryMs, logger);
  const shelf = createBatcher<Shelved, null>({
    async run(dispatches) {
      await runs.shelve(dispatches);
      return dispatches.map(() => null);
    },
    maxSize: shelvedPerStatement,
    concurrency: 1,
  });
  const callBack =
    (lane: Priority) =>
    async (platform: string, limit: number): Promise<number> => {
      const count = await runs.callBack(lane, platform, limit);
      if (count > 0) wakeUps.notify('outbox');
      return count;
    };
  const shares = new Map<Priority, LaneShare>(
    priorities.map((lane) => [lane, createLaneShare({ slots: lanes[lane].slots, callBack: callBack(lane) })]),
  );
  const layAside = ({ stepId, epoch }: StepPayload, comesAfterMs: number): Promise<null> =>
    shelf.submit({ stepId, epoch, comesAfterMs });

  return {
    async enter(job, lane) {
      const { stepId, platform } = job;
      const slot = await shares
        .get(lane)
        ?.take(platform, job.isCalledBack ?? false, () => layAside(job, shelfMs));
      if (!slot) return null;
      try {
        const place = await waiting.enter({ stepId, platform, lane }, closed.signal);
        return {
          place,
          [Symbol.dispose]() {
            place?.[Symbol.dispose]();
            slot[Symbol.dispose]();
          },
        };
      } catch (error) {
        slot[Symbol.dispose]();
        if (!closed.signal.aborted) throw error;
        return layAside(job, leavingMs);
      }
    },
    close: () => {
      closed.abort();
    },
    async [Symbol.asyncDispose]() {
      await waiting[Symbol.asyncDispose]();
      await shelf[Symbol.asyncDispose]();
    },
  };
};
