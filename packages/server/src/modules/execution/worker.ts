import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBatcher } from '../../infra/batch.ts';
import type { Logger } from '../../infra/logger.ts';
import type { LaneQueue } from '../../infra/queue/lane-queue.ts';
import type { Claim, ClaimDependencies, ClaimRequest } from './claim-steps.ts';
import { claimThroughGate } from './claim-through-gate.ts';
import { createLeases } from './leases.ts';
import { performStep, type PerformDependencies } from './perform-step.ts';
import { settleAttempts, type FinishedAttempt } from './settle-attempts.ts';

export interface WorkerDependencies extends ClaimDependencies, PerformDependencies {
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

/** Takes steps from the lanes: claim, run, settle. What it does is only true once it is committed. */
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

  const workers = deps.queue.work(async ({ stepId }, stop) => {
    const claim = await claims.submit({ stepId, worker: name });
    if (!claim) return;
    const { heldSinceMs: sinceMs, remainingMs } = claim;
    const { fence } = claim.step;
    using lease = leases.hold({ stepId, fence, sinceMs, remainingMs }, stop);
    const result = await performStep(deps, claim, lease);
    const isSettled = await settle({ stepId, fence, result }, performance.now() + leaseMs);
    if (!isSettled)
      logger.warn({ stepId, fence }, 'a late outcome changed nothing: the step is not ours any more');
    else if (result.kind === 'DRIFTED') await deps.replan(claim.task.id);
  });

  return {
    name,
    async [Symbol.asyncDispose]() {
      const hasDrained = await workers.close(deps.drainMs);
      if (!hasDrained) logger.warn('steps in flight were aborted; another worker picks them up');
      await claims[Symbol.asyncDispose]();
      await settlements[Symbol.asyncDispose]();
      await leases[Symbol.asyncDispose]();
    },
  };
};
