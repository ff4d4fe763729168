import type { Priority } from '@countersign/shared';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { EnterPlatform, Place } from '../../platforms/index.ts';
import type { RunStore } from '../../record/run-store.ts';

export interface WaitingStep {
  readonly stepId: string;
  readonly platform: string;
  readonly lane: Priority;
}

/** Steps that wait for their platform before they are claimed, and that everybody else leaves alone meanwhile. */
export interface WaitingSteps extends AsyncDisposable {
  /**
   * A place at the platform; null where none is needed: nothing here acts on it, or the time of the task is
   * over and the claim has only to say so. Rejects when `stop` aborts.
   */
  enter(step: WaitingStep, stop: AbortSignal): Promise<Place | null>;
}

export const createWaitingSteps = (
  enterPlatform: EnterPlatform,
  runs: RunStore,
  periodMs: number,
  logger: Logger,
): WaitingSteps => {
  const waiting = new Map<AbortController, string>();
  const round = async (): Promise<number> => {
    const overdue = await runs.touchDispatched([...waiting.values()]);
    for (const [overtime, stepId] of waiting) if (overdue.has(stepId)) overtime.abort();
    return periodMs;
  };
  const loop = startLoop({ name: 'waiting steps', round, idleMs: periodMs, logger });
  return {
    async enter({ stepId, platform, lane }, stop) {
      const overtime = new AbortController();
      waiting.set(overtime, stepId);
      try {
        return await enterPlatform(platform, lane, AbortSignal.any([stop, overtime.signal]));
      } catch (error) {
        if (overtime.signal.aborted && !stop.aborted) return null;
        throw error;
      } finally {
        waiting.delete(overtime);
      }
    },
    [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
  };
};
