import type { Event } from '../domain/events.ts';
import type { Database } from '../infra/database.ts';
import type { Logger } from '../infra/logger.ts';
import { startLoop } from '../infra/loop.ts';
import type { WakeUps } from '../infra/wakeups.ts';
import type { LogGeneration } from '../domain/log-cursor.ts';
import { readGenerations, readHorizon, readLog, readLogEnd, takeUpLog } from './event-store.ts';

/** The node's one reader of the log: it feeds every subscriber of this process, in order and without gaps. */
export interface EventReader extends AsyncDisposable {
  /** Everything up to here was handed to the listeners. */
  position(): bigint;
  onEvents(listener: (events: readonly Event[]) => void): Disposable;
  /** The log was set back to an earlier copy: whoever follows it has been told what is not so any more. */
  onSetBack(listener: () => void): Disposable;
  generations(): readonly LogGeneration[];
}

const pageSize = 2_000;
/** What a lost wake-up costs at most. */
const pollMs = 1_000;
/** Events above the horizon wait for another transaction to end: look again soon. */
const horizonMs = 3;

export const createEventReader = async (
  database: Database,
  wakeUps: WakeUps,
  logger: Logger,
): Promise<EventReader> => {
  const listeners = new Set<(events: readonly Event[]) => void>();
  const setBackListeners = new Set<() => void>();
  let position = (await readHorizon(database)) - 1n;
  let generations = await readGenerations(database);

  /** Nothing came: nothing happened, or what happens now has places that were told before. */
  const look = async (): Promise<number> => {
    const end = await readLogEnd(database, position);
    if (end.horizon <= position) {
      logger.error({ position }, 'the log was set back to an earlier copy; who follows it must start over');
      await takeUpLog(database, null, position);
      position = end.horizon - 1n;
      generations = await readGenerations(database);
      setBackListeners.forEach((listener) => {
        listener();
      });
    } else if (end.generation !== generations.at(-1)?.generation)
      generations = await readGenerations(database);
    return end.hasMore ? horizonMs : pollMs;
  };

  const round = async (): Promise<number> => {
    const events = await readLog(database, position, pageSize);
    const last = events.at(-1);
    if (!last) return look();
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
    onEvents: (listener) => joining(listeners, listener),
    onSetBack: (listener) => joining(setBackListeners, listener),
    generations: () => generations,
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};

const joining = <Listener>(all: Set<Listener>, listener: Listener): Disposable => {
  all.add(listener);
  return { [Symbol.dispose]: () => void all.delete(listener) };
};
