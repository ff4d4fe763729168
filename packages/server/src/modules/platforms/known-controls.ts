import type { Event } from '../../domain/events.ts';
import {
  controlHold,
  isCutOff,
  unreadableControl,
  type ExecutorControl,
} from '../../domain/executor-control.ts';
import type { Hold } from '../../domain/hold.ts';
import type { Logger } from '../../infra/logger.ts';
import { createForgettableRead } from '../../infra/shared-read.ts';
import type { ExecutorStore } from '../../record/executor-store.ts';

/** What operators say of platforms, as this process knows it: a second old at most, by the log newer than that. */
export interface KnownControls {
  /** What keeps a tenant's work from a platform, as it is now. What cannot be read holds everything; never rejects. */
  readonly read: () => Promise<(tenantId: string, platform: string) => Hold | null>;
  /** Why nothing may be sent to the platform, or null. Never rejects. */
  readonly cutOff: (tenantId: string, platform: string) => Promise<string | null>;
  /** By platform, what stands for one tenant. Rejects where it cannot be read. */
  readonly ofTenant: (tenantId: string) => Promise<ReadonlyMap<string, ExecutorControl>>;
  /** Tells it what happened, as the log says. */
  readonly note: (events: readonly Event[]) => void;
}

const keptMs = 1_000;

export const createKnownControls = (
  store: Pick<ExecutorStore, 'findControls'>,
  logger: Logger,
): KnownControls => {
  const controls = createForgettableRead(
    async () => Map.groupBy(await store.findControls(), ({ tenantId }) => tenantId),
    keptMs,
  );
  const ofTenant: KnownControls['ofTenant'] = async (tenantId) =>
    new Map((await controls.read()).get(tenantId)?.map((control) => [control.platform, control]));
  const read: KnownControls['read'] = async () => {
    try {
      const known = await controls.read();
      return (tenantId, platform) =>
        controlHold(known.get(tenantId)?.find((control) => control.platform === platform));
    } catch (error) {
      logger.warn({ err: error }, 'what operators say of platforms cannot be read; every platform is held');
      return () => unreadableControl;
    }
  };
  return {
    read,
    ofTenant,
    async cutOff(tenantId, platform) {
      const hold = (await read())(tenantId, platform);
      return hold && isCutOff(hold) ? hold.reason : null;
    },
    note(events) {
      // What was read before may be older than what the log says.
      if (events.some(({ type }) => isControl(type))) controls.forget();
    },
  };
};

const types: ReadonlySet<Event['type']> = new Set(['executor.opened', 'executor.drained', 'executor.closed']);
const isControl = (type: Event['type']): boolean => types.has(type);
