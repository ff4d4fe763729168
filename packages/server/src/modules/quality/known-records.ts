import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import { noCounts, type TrackCounts, type TrackRecord, type TriedIn } from '../../domain/track-record.ts';
import type { Logger } from '../../infra/logger.ts';
import type { TrackStore } from '../../record/track-store.ts';

export interface RecordWanted {
  readonly tenantId: string;
  readonly principalId: string;
  readonly kind: string;
  readonly likeness: string;
  /** Where the same plan ran well, where that was read already. */
  readonly tried?: readonly TriedIn[] | undefined;
}

/** What a plan's requester has behind them, as this process knows it. */
export interface KnownRecords {
  /** Null where it cannot be read; never rejects. */
  of(wanted: RecordWanted): Promise<TrackRecord | null>;
}

/** The log is counted every second: what is known is at most so much older. */
const keptMs = 2_000;
/** Of so many requesters and kinds of plan; beyond it, the one that nobody asked for the longest goes. */
const mostKnown = 5_000;

/**
 * Submissions of one requester and kind share one reading for two seconds, and all that miss together share one
 * statement: how many tasks come changes nothing.
 */
export const createKnownRecords = (
  store: Pick<TrackStore, 'find' | 'findTried'>,
  logger: Logger,
): KnownRecords => {
  const known = new LRUCache<string, Promise<TrackCounts>>({ max: mostKnown, ttl: keptMs });
  const keyOf = (tenantId: string, principalId: string, kind: string) => `${tenantId}/${principalId}/${kind}`;
  const loader = new DataLoader<{ tenantId: string; principalId: string; kind: string }, TrackCounts>(
    async (keys) => {
      const found = new Map(
        (await store.find(keys)).map(({ tenantId, principalId, kind, ...counts }) => [
          keyOf(tenantId, principalId, kind),
          counts,
        ]),
      );
      return keys.map((key) => found.get(keyOf(key.tenantId, key.principalId, key.kind)) ?? noCounts);
    },
    { cache: false, maxBatchSize: 500 },
  );

  const countsOf = (tenantId: string, principalId: string, kind: string): Promise<TrackCounts> => {
    const key = keyOf(tenantId, principalId, kind);
    const before = known.get(key);
    if (before) return before;
    const counts = loader.load({ tenantId, principalId, kind });
    known.set(key, counts);
    counts.catch(() => known.delete(key));
    return counts;
  };

  return {
    async of({ tenantId, principalId, kind, likeness, tried }) {
      try {
        const [all, like, ran] = await Promise.all([
          countsOf(tenantId, principalId, ''),
          countsOf(tenantId, principalId, kind),
          tried ?? store.findTried(tenantId, likeness),
        ]);
        return { all, like, tried: ran };
      } catch (error) {
        logger.warn({ err: error }, 'track records cannot be read; nothing of them speaks for a plan');
        return null;
      }
    },
  };
};
