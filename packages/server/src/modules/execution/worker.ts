import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBatcher } from '../../infra/batch.ts';
import type { Logger } from '../../infra/logger.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import type { Place } from '../executors/index.ts';
import type { Claim, ClaimDependencies, ClaimRequest } from './claim-steps.ts';
import { claimThroughGate } from './claim-through-gate.ts';
import { spareSlotsOf } from './lane-share.ts';
import { createLeases } from './leases.ts';
import { performStep, type PerformDependencies } from './perform-step.ts';
import { settleAttempts, type FinishedAttempt } from './settle-attempts.ts';
import { createStepRoom, type StepRoomDependencies } from './step-room.ts';

export interface WorkerDependencies extends ClaimDependencies, PerformDependencies, StepRoomDependencies {
  readonly queue: LaneQueue;
  readonly logger: Logger;
  /** Makes the next revision of a task whose target changed. */
  readonly replan: (taskId: string) => Promise<void>;
  /** How long a step in flight may still take once the process stops. */
  readonly drainMs: number;
}

export interface Worker extends AsyncDisposable {
  readonly name: string;
}

const claimsPerTransaction = 128;
const settleRetryMs = 250;

/**
 * Takes steps from the lanes: waits for a place at the platform, claims, runs, settles. What it does is only
 * true once it is committed, and what it has claimed is about to be called.
 */
export const startWorker = (deps: WorkerDependencies): Worker => {
  const { logger, leaseMs } = deps;
  const name = `${hostname()}-${process.pid}`;
  const leases = createLeases(deps.runs, leaseMs, logger);
  const claims = createBatcher<ClaimRequest, Claim | null>({
    run: (requests) => claimThroughGate(deps, requests),
    maxSize: claimsPerTransaction,
    concurrency: 2,
  });
  const settlements = createBatcher<FinishedAttempt, boolean>({
    run: (attempts) => settleAttempts(deps, attempts),
    maxSize: claimsPerTransaction,
    concurrency: 2,
  });

  /** An outcome is worth some patience: without it the next attempt has to find out what happened. */
  const settle = async (attempt: FinishedAttempt, until: number): Promise<boolean> => {
    for (;;) {
      try {
        return await settlements.submit(attempt);
      } catch (error) {
        if (performance.now() >= until) throw error;
        logger.warn({ err: error, stepId: attempt.stepId }, 'an outcome was not saved; trying again');
        await sleep(settleRetryMs);
      }
    }
  };

  const run = async (request: ClaimRequest, place: Place | null, stop: AbortSignal): Promise<void> => {
    const claim = await claims.submit(request);
    if (!claim) return;
    const { heldSinceMs: sinceMs, remainingMs } = claim;
    const { id: stepId, fence } = claim.step;
    using lease = leases.hold({ stepId, fence, sinceMs, remainingMs }, stop);
    const result = await performStep(deps, claim, lease, place);
    place?.[Symbol.dispose]();
    const isSettled = await settle({ stepId, fence, result }, performance.now() + leaseMs);
    if (!isSettled)
      logger.warn({ stepId, fence }, 'a late outcome changed nothing: the step is not ours any more');
    else if (result.kind === 'DRIFTED') await deps.replan(claim.task.id);
  };

  const room = createStepRoom(deps);
  const workers = deps.queue.work(async (job, stop, lane) => {
    using entered = await room.enter(job, lane);
    if (entered)
      await run({ stepId: job.stepId, platform: job.platform, lane, worker: name }, entered.place, stop);
  }, spareSlotsOf);

  return {
    name,
    async [Symbol.asyncDispose]() {
      room.close();
      const hasDrained = await workers.close(deps.drainMs);
      if (!hasDrained) logger.warn('steps in flight were aborted; another worker picks them up');
      await claims[Symbol.asyncDispose]();
      await settlements[Symbol.asyncDispose]();
      await leases[Symbol.asyncDispose]();
      await room[Symbol.asyncDispose]();
    },
  };
};
