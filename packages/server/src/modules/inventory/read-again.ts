import type { Event } from '../../domain/events.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import type { EventReader } from '../../record/event-reader.ts';
import type { ImportStore } from '../../record/import-store.ts';
import { sendJob } from '../../record/job-store.ts';
import type { Journal } from '../../record/journal.ts';
import { readPlatformJob } from './jobs/read-platform.ts';

export interface ReadAgainDependencies {
  readonly reader: Pick<EventReader, 'onEvents'>;
  readonly imports: ImportStore;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly readable: ReadonlySet<string>;
  readonly logger: Logger;
}

const everyMs = 1_000;
/** Steps follow each other: it is looked at once they have come to rest, or every half a minute. */
const restMs = 1_500;
const longestMs = 30_000;

interface Changed {
  readonly tenantId: string;
  readonly platform: string;
  readonly firstMs: number;
  lastMs: number;
}

/** What was read into the inventory before is read again after steps of ours changed something at the platform. */
export const startReadingAgain = ({
  reader,
  imports,
  journal,
  readable,
  logger,
}: ReadAgainDependencies): AsyncDisposable => {
  const changed = new Map<string, Changed>();
  const listening = reader.onEvents((events) => {
    for (const event of events) {
      const platform = platformOf(event);
      if (platform === null || !readable.has(platform)) continue;
      const { tenantId } = event;
      const key = `${tenantId}:${platform}`;
      const now = performance.now();
      const before = changed.get(key);
      if (before) before.lastMs = now;
      else changed.set(key, { tenantId, platform, firstMs: now, lastMs: now });
    }
  });
  const round = async (): Promise<number> => {
    const now = performance.now();
    for (const [key, { tenantId, platform, firstMs, lastMs }] of changed) {
      if (now - lastMs < restMs && now - firstMs < longestMs) continue;
      changed.delete(key);
      const [before] = await imports.newest(tenantId, { dataSet: 'INVENTORY', source: platform });
      if (before?.format !== 'PLATFORM') continue;
      await journal.transaction((tx) => {
        sendJob(tx, readPlatformJob, { key, submitterId: tenantId }, { tenantId, platform });
        return Promise.resolve();
      });
    }
    return everyMs;
  };
  const loop = startLoop({ name: 'platforms to read again', round, idleMs: everyMs, logger });
  return {
    async [Symbol.asyncDispose]() {
      listening[Symbol.dispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};

const platformOf = ({ type, data }: Event): string | null => {
  if (type !== 'step.succeeded' && type !== 'step.undone') return null;
  const platform = typeof data === 'object' && data !== null && 'platform' in data ? data.platform : null;
  return typeof platform === 'string' ? platform : null;
};
