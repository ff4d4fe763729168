import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Stop } from '../../domain/decision.ts';
import type { Event } from '../../domain/events.ts';
import { quarantineStop, type TaskSource } from '../../domain/source.ts';
import type { Logger } from '../../infra/logger.ts';
import { createForgettableRead } from '../../infra/shared-read.ts';
import type { QuarantineStore } from '../../record/quarantine-store.ts';

/** Which sources are quarantined, as this process knows it: a second old at most, by the log newer than that. */
export interface KnownQuarantines {
  /** What keeps a task that rests on these from going on. What cannot be read is a stop; never rejects. */
  readonly of: (tenantId: string, sources: readonly TaskSource[]) => Promise<Stop | null>;
  readonly forget: () => void;
  readonly note: (events: readonly Event[]) => void;
}

const keptMs = 1_000;
/** So many are looked at in one go. */
const atOnce = 25;

export const createKnownQuarantines = (
  store: Pick<QuarantineStore, 'findStanding'>,
  logger: Logger,
): KnownQuarantines => {
  const { read, forget } = createForgettableRead(
    async () => Map.groupBy(await store.findStanding(), ({ tenantId }) => tenantId),
    keptMs,
  );
  return {
    forget,
    async of(tenantId, sources) {
      // Nothing is asked about what rests on nothing.
      if (!Array.isArray(sources) || sources.length === 0) return null;
      try {
        const standing = (await read()).get(tenantId) ?? [];
        for (let at = 0; at < standing.length; at += atOnce) {
          // Whatever patterns people write and agents name, others have their turn between.
          if (at > 0) await nextTurn();
          const stop = quarantineStop(standing.slice(at, at + atOnce), sources);
          if (stop) return stop;
        }
        return null;
      } catch (error) {
        logger.warn({ err: error }, 'what is quarantined cannot be read; what rests on a source waits');
        return { mode: 'PAUSE', by: 'SOURCE', reason: 'what is quarantined cannot be read now.' };
      }
    },
    note(events) {
      if (events.some(({ type }) => type === 'source.quarantined' || type === 'source.released')) forget();
    },
  };
};
