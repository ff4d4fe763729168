import type { Stop } from '../../domain/decision.ts';
import type { Event } from '../../domain/events.ts';
import { stopOf, type StopSubject } from '../../domain/kill-switch.ts';
import { createForgettableRead } from '../../infra/shared-read.ts';
import type { KillSwitchStore } from '../../record/kill-switch-store.ts';

/** Which kill switches are engaged, as this process knows it: a second old at most, by the log newer than that. */
export interface KnownStops {
  /** What stops this work now; null where nothing does. Rejects where that cannot be read. */
  readonly of: (subject: StopSubject) => Promise<Stop | null>;
  /** What was read before may be old. */
  readonly forget: () => void;
  readonly note: (events: readonly Event[]) => void;
}

const keptMs = 1_000;

/** `stopFile` is asked each time. */
export const createKnownStops = (
  store: Pick<KillSwitchStore, 'findEngaged'>,
  stopFile: () => string | null,
): KnownStops => {
  const { read, forget } = createForgettableRead(store.findEngaged, keptMs);
  return {
    forget,
    async of(subject) {
      const reason = stopFile();
      return reason === null ? stopOf(await read(), subject) : { mode: 'HALT', reason };
    },
    note(events) {
      if (events.some(({ type }) => types.has(type))) forget();
    },
  };
};

const types: ReadonlySet<Event['type']> = new Set([
  'kill_switch.engaged',
  'kill_switch.staged',
  'kill_switch.released',
]);
