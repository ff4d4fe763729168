import type { Event } from '../../domain/events.ts';
import type { StandingGrant } from '../../domain/grant.ts';
import type { Logger } from '../../infra/logger.ts';
import { createForgettableRead } from '../../infra/shared-read.ts';
import type { GrantStore } from '../../record/grant-store.ts';

/**
 * Which grants hold, as this process knows it: a second old at most, by the log newer than that. A use is only taken
 * in the record, so what is old here lets nothing through.
 */
export interface KnownGrants {
  /** None where they cannot be read: people are asked. Never rejects. */
  readonly of: (tenantId: string) => Promise<readonly StandingGrant[]>;
  readonly forget: () => void;
  readonly note: (events: readonly Event[]) => void;
}

const keptMs = 1_000;

const none: readonly StandingGrant[] = [];

export const createKnownGrants = (store: Pick<GrantStore, 'findHolding'>, logger: Logger): KnownGrants => {
  const { read, forget } = createForgettableRead(
    async () => Map.groupBy(await store.findHolding(), ({ tenantId }) => tenantId),
    keptMs,
  );
  return {
    forget,
    async of(tenantId) {
      try {
        return (await read()).get(tenantId) ?? none;
      } catch (error) {
        logger.warn({ err: error }, 'standing grants cannot be read; people are asked');
        return none;
      }
    },
    note(events) {
      // A use is counted in the record; by how much it is old here, a decision says too little of what is taken.
      if (events.some(({ type }) => type.startsWith('grant.') && type !== 'grant.used')) forget();
    },
  };
};
