import type { Environment } from '@countersign/shared';
import { autonomyOf, type StandingWord } from '../../domain/autonomy.ts';
import type { AutonomyWord } from '../../domain/decision.ts';
import type { Event } from '../../domain/events.ts';
import type { Logger } from '../../infra/logger.ts';
import { createForgettableRead } from '../../infra/shared-read.ts';
import type { AutonomyStore } from '../../record/autonomy-store.ts';

/** What administrators said of autonomy, as this process knows it: a second old at most, by the log newer than that. */
export interface KnownAutonomy {
  /** Null where nobody set one. What cannot be read is level 0; never rejects. */
  readonly of: (tenantId: string, environment: Environment, agentId: string) => Promise<AutonomyWord | null>;
  /** Rejects where it cannot be read. */
  readonly all: () => Promise<readonly StandingWord[]>;
  readonly forget: () => void;
  readonly note: (events: readonly Event[]) => void;
}

const keptMs = 1_000;

const unreadable: AutonomyWord = {
  level: 0,
  of: 'TENANT',
  by: 'the server',
  reason: 'What administrators set cannot be read.',
};

export const createKnownAutonomy = (
  store: Pick<AutonomyStore, 'findStanding'>,
  logger: Logger,
): KnownAutonomy => {
  const { read, forget } = createForgettableRead(store.findStanding, keptMs);
  return {
    forget,
    all: read,
    async of(tenantId, environment, agentId) {
      try {
        return autonomyOf(await read(), tenantId, environment, agentId);
      } catch (error) {
        logger.warn({ err: error }, 'what administrators said of autonomy cannot be read; people are asked');
        return unreadable;
      }
    },
    note(events) {
      if (events.some(({ type }) => type === 'autonomy.set')) forget();
    },
  };
};
