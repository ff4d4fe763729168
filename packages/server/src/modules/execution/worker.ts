import { createBatcher } from '../../infra/batch.ts';
import type { Clock } from '../../infra/clock.ts';
import type { SessionSettings } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import { runnable, type RunnableJob } from '../../infra/queue/job.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import type { ClaimRequest } from './claim-steps.ts';
import type { Claim } from './claim.ts';
import { claimThroughGate, type GatedClaimDependencies } from './claim-through-gate.ts';
import { firstSlotsOf, spareSlotsOf } from './lane-slots.ts';
import { createOutcomeKeeper } from './keep-outcomes.ts';
import { createLeases } from '../../record/leases/leases.ts';
import { stepJob, type TakeStep } from './jobs/step.ts';
import type { StopAck } from '../../record/leases/stop-round.ts';
import type { OutcomeFolder } from './outcome-folder.ts';
import type { PerformDependencies } from './attempt.ts';
import type { HereAndNow } from './relay.ts';
import { createRunStep } from './run-step.ts';
import { createStepRoom, type StepRoomDependencies } from './step-room.ts';

export interface WorkerDependencies
  extends GatedClaimDependencies, PerformDependencies, StepRoomDependencies {
  /** As it signs its claims; no other process has or had it. */
  readonly name: string;
  readonly queue: LaneQueue;
  /** The application's way to the database, for the thread that keeps the leases. */
  readonly session: SessionSettings;
  /** Where the file lies that stops this process. */
  readonly home: string;
  readonly outcomes: OutcomeFolder;
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * What this process does in the background besides steps. `present` waits until others can tell that this worker
   * lives: what it takes in hand before that, nobody would take over.
   */
  readonly otherJobs: (present: (stop: AbortSignal) => Promise<void>) => readonly RunnableJob[];
  /** How long a step in flight may still take once the process stops. */
  readonly drainMs: number;
}

export interface Worker extends AsyncDisposable, HereAndNow {}

const claimsPerTransaction = 128;

/** What the thread has said already, for the log. */
const tellOfStop =
  ({ journal, clock, name, logger }: Pick<WorkerDependencies, 'journal' | 'clock' | 'name' | 'logger'>) =>
  ({ id, tenantId, kind, value, isDrill, epoch, inHand }: StopAck): void => {
    const summary = `${name} knows of the stop, with ${inHand.length} of its steps in hand`;
    const data = { killSwitchId: id, kind, value, isDrill, epoch, worker: name, inHand: inHand.length };
    const event = { tenantId, at: clock.now(), taskId: null, actorId: null, summary, data };
    journal
      .transaction(async (tx) => {
        tx.record({ ...event, type: 'kill_switch.acknowledged' });
      })
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'that this worker knows of a stop is in no log');
      });
  };

/**
 * Takes steps from the lanes: waits for a place at the platform, claims, runs, settles. What it does is only
 * true once it is committed, and what it has claimed is about to be called.
 */
export const startWorker = (deps: WorkerDependencies): Worker => {
  const { name, logger, leaseMs, session, home } = deps;
  const leases = createLeases({ session, worker: name, leaseMs, home, onStop: tellOfStop(deps), logger });
  const outcomes = createOutcomeKeeper({ ...deps, patienceMs: leaseMs });
  const claims = createBatcher<ClaimRequest, Claim | null>({
    run: (requests) => claimThroughGate(deps, requests),
    maxSize: claimsPerTransaction,
    concurrency: 2,
  });

  const run = createRunStep({ ...deps, leases, claims, outcomes });
  const room = createStepRoom(deps);
  const take: TakeStep = async (step, { signal, lane }) => {
    // A step waits in the lane of its priority, and only there.
    if (lane === 'BACKGROUND') return;
    using entered = await room.enter(step, lane);
    if (entered) await run(entered, step, lane, signal);
  };
  const workers = deps.queue.work([runnable(stepJob, take), ...deps.otherJobs(leases.present)], {
    name,
    spareSlots: (slots) => spareSlotsOf(slots) + firstSlotsOf(slots),
  });

  return {
    begin(step, lane) {
      const entered = room.enterNow(step, lane);
      if (!entered) return false;
      const isTaken = workers.runBeside(lane, stepJob.name, async ({ signal }) => {
        using held = entered;
        await run(held, step, lane, signal);
      });
      if (!isTaken) entered[Symbol.dispose]();
      return isTaken;
    },
    begun: (lane) => workers.beside(lane),
    async [Symbol.asyncDispose]() {
      room.close();
      const hasDrained = await workers.close(deps.drainMs);
      if (!hasDrained) logger.warn('steps in flight were aborted; another worker picks them up');
      await outcomes[Symbol.asyncDispose]();
      await claims[Symbol.asyncDispose]();
      await leases[Symbol.asyncDispose]();
      await room[Symbol.asyncDispose]();
    },
  };
};
