import { priorities, type Priority } from '@countersign/shared';
import type { Logger } from '../../infra/logger.ts';
import type { Lanes } from '../../infra/queue/lane-queue.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import type { EnterPlatform, Place } from '../../platforms/index.ts';
import { createLaneShare, type LaneShare } from './lane-share.ts';
import type { Comer } from './lane-slots.ts';
import type { RunStore } from '../../record/run-store.ts';
import type { StepPayload } from './jobs/step.ts';
import { createShelf } from './shelf.ts';
import { createWaitingSteps, type WaitingStep } from './waiting-steps.ts';

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
  /** Null where slot or place are not free now: nothing has happened. */
  enterNow(job: StepPayload, lane: Priority): Entered | null;
  /** Sends whoever waits away, to come again at once, wherever there is a worker. */
  close(): void;
}

export interface Entered extends Disposable {
  /** Null where none is needed. */
  readonly place: Place | null;
}

/** A step that was laid aside and that nobody called back comes again by itself. */
const shelfMs = 30_000;
/** What leaves with its worker, which takes nothing any more by then. */
const leavingMs = 250;

export const createStepRoom = (deps: StepRoomDependencies): StepRoom => {
  const { runs, wakeUps, lanes, enterPlatform, reconcileEveryMs, logger } = deps;
  const closed = new AbortController();
  const waiting = createWaitingSteps(enterPlatform, runs, reconcileEveryMs, logger);
  const callBack =
    (lane: Priority) =>
    async (platform: string, limit: number): Promise<number> => {
      // Free slots of a worker that stops are nobody's.
      if (closed.signal.aborted) return 0;
      const count = await runs.callBack(lane, platform, limit);
      if (count > 0) wakeUps.notify('outbox');
      return count;
    };
  const shares = new Map<Priority, LaneShare>(
    priorities.map((lane) => [lane, createLaneShare({ slots: lanes[lane].slots, callBack: callBack(lane) })]),
  );
  const shelf = createShelf(deps, (lane, platform) => shares.get(lane)?.hearOf(platform));
  const layAside = ({ stepId, epoch }: StepPayload, comesAfterMs: number): Promise<null> =>
    shelf.layAside({ stepId, epoch, comesAfterMs });

  return {
    enterNow(job, lane) {
      const slot = closed.signal.aborted
        ? null
        : shares.get(lane)?.takeNow(comerOf(job), job.isCalledBack ?? false);
      if (!slot) return null;
      const place = waiting.enterNow(waitingOf(job, lane));
      if (place !== false) return entered(slot, place);
      slot[Symbol.dispose]();
      return null;
    },
    async enter(job, lane) {
      const slot = await shares
        .get(lane)
        ?.take(comerOf(job), job.isCalledBack ?? false, () => layAside(job, shelfMs));
      if (!slot) return null;
      try {
        return entered(slot, await waiting.enter(waitingOf(job, lane), closed.signal));
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

const comerOf = ({ platform, tenantId = '', submitterId = '' }: StepPayload): Comer => ({
  platform,
  tenantId,
  submitterId,
});

const waitingOf = ({ stepId, platform, submitterId = '' }: StepPayload, lane: Priority): WaitingStep => ({
  stepId,
  platform,
  lane,
  submitterId,
});

const entered = (slot: Disposable, place: Place | null): Entered => ({
  place,
  [Symbol.dispose]() {
    place?.[Symbol.dispose]();
    slot[Symbol.dispose]();
  },
});
