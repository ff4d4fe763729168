import type { Event } from '../../domain/events.ts';
import type { Database } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { WakeUps } from '../../infra/wakeups.ts';
import { hasEventsAfter, readHorizon, readLog } from './event-store.ts';

/** The node's one reader of the log: it feeds every subscriber of this process, in order and without gaps. */
export interface EventReader extends AsyncDisposable {
  /** Everything up to here was handed to the listeners. */
  position(): bigint;
  onEvents(listener: (events: readonly Event[]) => void): Disposable;
}

const pageSize = 2_000;
/** What a lost wake-up costs at most. */
const pollMs = 1_000;
/** Facts above the horizon wait for another transaction to end: look again soon. */
const horizonMs = 3;

export const createEventReader = async (
  database: Database,
  wakeUps: WakeUps,
  logger: Logger,
): Promise<EventReader> => {
  const listeners = new Set<(events: readonly Event[]) => void>();
  let position = (await readHorizon(database)) - 1n;

  const round = async (): Promise<number> => {
    const events = await readLog(database, position, pageSize);
    const last = events.at(-1);
    if (!last) return (await hasEventsAfter(database, position)) ? horizonMs : pollMs;
    position = last.seq;
    listeners.forEach((listener) => {
      listener(events);
    });
    return events.length === pageSize ? 0 : horizonMs;
  };

  const loop = startLoop({ name: 'event reader', round, idleMs: pollMs, logger });
  const subscription = wakeUps.on('events', () => {
    loop.wake();
  });
  return {
    position: () => position,
    onEvents(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};
