import type { Priority } from '@countersign/shared';
import { createBatcher } from '../../infra/batch.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { EnterPlatform, Place } from '../../platforms/index.ts';
import type { RunStore } from '../../record/run-store.ts';

export interface WaitingStep {
  readonly stepId: string;
  readonly platform: string;
  readonly lane: Priority;
  readonly submitterId: string;
}

/** Steps that wait for their platform before they are claimed, and that everybody else leaves alone meanwhile. */
export interface WaitingSteps extends AsyncDisposable {
  /**
   * A place at the platform; null where none is needed: nothing here acts on it, or nobody is to be called, since
   * the task is a rehearsal, or its time or that of its approval is over. Rejects when `stop` aborts.
   */
  enter(step: WaitingStep, stop: AbortSignal): Promise<Place | null>;
  /** The same for one that does not wait: false where it would have to. */
  enterNow(step: WaitingStep): Place | null | false;
}

const begunPerStatement = 256;

export const createWaitingSteps = (
  enterPlatform: EnterPlatform,
  runs: RunStore,
  periodMs: number,
  logger: Logger,
): WaitingSteps => {
  const waiting = new Map<AbortController, string>();
  const sendOn = (placeless: ReadonlySet<string>): void => {
    for (const [patience, stepId] of waiting) if (placeless.has(stepId)) patience.abort();
  };
  const begun = createBatcher<string, null>({
    async run(stepIds) {
      sendOn(await runs.touchDispatched(stepIds));
      return stepIds.map(() => null);
    },
    maxSize: begunPerStatement,
    concurrency: 1,
  });
  const round = async (): Promise<number> => {
    sendOn(await runs.touchDispatched([...waiting.values()]));
    return periodMs;
  };
  const loop = startLoop({ name: 'waiting steps', round, idleMs: periodMs, logger });
  const wait = async (stepId: string, place: Promise<Place>, patience: AbortController): Promise<Place> => {
    waiting.set(patience, stepId);
    begun.submit(stepId).catch((error: unknown) => {
      logger.warn({ err: error, stepId }, 'a step that waits is looked at in the next round');
    });
    try {
      return await place;
    } finally {
      waiting.delete(patience);
    }
  };
  return {
    enterNow: (step) => enterAtOnce(enterPlatform, step),
    async enter({ stepId, platform, lane, submitterId }, stop) {
      const patience = new AbortController();
      using joined = joinSignals(stop, patience.signal);
      const entered = enterPlatform(platform, lane, joined.signal, submitterId);
      if (!(entered instanceof Promise)) return entered;
      try {
        return await wait(stepId, entered, patience);
      } catch (error) {
        if (patience.signal.aborted && !stop.aborted) return null;
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await begun[Symbol.asyncDispose]();
    },
  };
};

/** False where it would have to wait: it leaves the line at once. */
const enterAtOnce = (
  enterPlatform: EnterPlatform,
  { platform, lane, submitterId }: WaitingStep,
): Place | null | false => {
  const patience = new AbortController();
  const entered = enterPlatform(platform, lane, patience.signal, submitterId);
  if (!(entered instanceof Promise)) return entered;
  entered.then(
    (place) => {
      place[Symbol.dispose]();
    },
    () => undefined,
  );
  patience.abort();
  return false;
};
