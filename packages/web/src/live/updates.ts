import type { Query, QueryClient } from '@tanstack/react-query';
import type { TadaDocumentNode } from 'gql.tada';
import { createCoalescer, nextPaint } from './coalesce.ts';
import { freshIn, mentions, patchEntities, type Entity, type FreshEntities } from './entities.ts';
import type { RequestFailure } from '../graphql/request-error.ts';
import type { LiveSocket } from './socket.ts';

/** How a query keeps up with the events of the server; part of its `meta`. */
export interface LiveRules {
  /** Rows are patched in place. */
  readonly isPatched?: boolean;
  /** Asked again when an event's type starts with one of these. */
  readonly refetchOn?: readonly string[];
  /** Asked again when an event is about an entity that it shows. */
  readonly isRefetchedWhenMentioned?: boolean;
}

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { readonly live?: LiveRules };
  }
}

/** An event and the entities that it tells of. */
export interface LiveEvent {
  readonly seq: string;
  readonly type: string;
}

/** The subscription to events: whoever composes the console says what each brings. */
export type LiveDocument = TadaDocumentNode<
  { readonly events: LiveEvent },
  { readonly after?: string | null }
>;

const refetchAtMostEveryMs = 400;

const isAskedAgain = (rules: LiveRules, data: unknown, types: ReadonlySet<string>, fresh: FreshEntities) =>
  (rules.refetchOn?.some((prefix) => [...types].some((type) => type.startsWith(prefix))) ?? false) ||
  (rules.isRefetchedWhenMentioned === true && mentions(data, fresh));

type NewsListener = (entities: readonly Entity[]) => void;
const newsListeners = new Set<NewsListener>();

/** Tells of entities that are newer than before, by events or by an answer to an own decision. */
export const onNews = (listener: NewsListener): (() => void) => {
  newsListeners.add(listener);
  return () => newsListeners.delete(listener);
};

const patchEach = (queryClient: QueryClient, queries: readonly Query[], fresh: FreshEntities): void => {
  for (const { meta, queryKey, state } of queries) {
    const data: unknown = state.data;
    if (!meta?.live?.isPatched || data === undefined) continue;
    const patched = patchEntities(data, fresh);
    // The time of the last answer stays: a patch does not make the rest of the page newer.
    if (patched !== data) queryClient.setQueryData(queryKey, patched, { updatedAt: state.dataUpdatedAt });
  }
};

/** Puts what is newer into every answer that is patched, as an event about it would. */
export const patchQueries = (queryClient: QueryClient, news: unknown, fresh = freshIn(news)): void => {
  if (fresh.size === 0) return;
  patchEach(queryClient, queryClient.getQueryCache().getAll(), fresh);
  const entities = [...fresh.values()].map(({ entity }) => entity);
  for (const listener of newsListeners) listener(entities);
};

/** Asks again whatever depends on a kind of fact, as an event of it would. */
export const refetchAfter = (queryClient: QueryClient, type: string): void => {
  void queryClient.invalidateQueries({
    predicate: (query) => query.meta?.live?.refetchOn?.some((prefix) => type.startsWith(prefix)) ?? false,
  });
};

const staleAmong = (queries: readonly Query[], events: readonly LiveEvent[], fresh: FreshEntities) => {
  const types = new Set(events.map(({ type }) => type));
  return queries
    .filter(({ meta, state }) => {
      if (!meta?.live || state.data === undefined) return false;
      // A patch would make an answer that is due look fresh again.
      return (
        (meta.live.isPatched && state.isInvalidated) || isAskedAgain(meta.live, state.data, types, fresh)
      );
    })
    .map(({ queryHash }) => queryHash);
};

/** Applies a batch to the cache: patches rows at once and returns the keys that must be asked again. */
export const applyEvents = (queryClient: QueryClient, events: readonly LiveEvent[]): readonly string[] => {
  const fresh = freshIn(events);
  const stale = staleAmong(queryClient.getQueryCache().getAll(), events, fresh);
  patchQueries(queryClient, events, fresh);
  return stale;
};

/** An answer that was under way while events came may be from before them: they are kept until it is there. */
export interface AnswersUnderWay {
  keep(events: readonly LiveEvent[]): void;
  /** What is asked anew is answered from after these events. */
  askedAnew(hashes: ReadonlySet<string>): void;
  stop(): void;
}

/** Applies kept events to each answer as it comes; `onStale` hears what must be asked again. */
export const watchAnswersUnderWay = (
  queryClient: QueryClient,
  onStale: (hashes: readonly string[]) => void,
): AnswersUnderWay => {
  const cache = queryClient.getQueryCache();
  const kept = new Map<string, readonly LiveEvent[]>();
  const stop = cache.subscribe((change) => {
    const { query } = change;
    if (change.type === 'removed') kept.delete(query.queryHash);
    if (change.type !== 'updated' || change.action.type !== 'success' || change.action.manual) return;
    const events = kept.get(query.queryHash);
    if (!events) return;
    kept.delete(query.queryHash);
    const fresh = freshIn(events);
    onStale(staleAmong([query], events, fresh));
    patchEach(queryClient, [query], fresh);
  });
  return {
    keep(events) {
      for (const { queryHash, state, meta } of cache.getAll()) {
        if (!meta?.live || state.fetchStatus === 'idle') continue;
        kept.set(queryHash, [...(kept.get(queryHash) ?? []), ...events]);
      }
    },
    askedAnew(hashes) {
      // A first question is not asked anew while it is under way.
      for (const hash of hashes) if (cache.get(hash)?.state.data !== undefined) kept.delete(hash);
    },
    stop() {
      stop();
      kept.clear();
    },
  };
};

/** Asks stale queries again: at once, then at most every few hundred milliseconds. */
const createRefetcher = (queryClient: QueryClient, onAsked: (hashes: ReadonlySet<string>) => void) =>
  createCoalescer<string>(
    (batch) => {
      const hashes = new Set(batch);
      onAsked(hashes);
      void queryClient.invalidateQueries({ predicate: (query) => hashes.has(query.queryHash) });
    },
    (turn) => {
      const timer = setTimeout(turn, refetchAtMostEveryMs);
      return () => clearTimeout(timer);
    },
  );

export interface LiveUpdates {
  /** Every event in order, for pages that show the events themselves. */
  onEvents(listener: (events: readonly LiveEvent[]) => void): () => void;
  stop(): void;
}

/** The page's one subscription to events, and what it does to the cache. */
export const startLiveUpdates = (
  queryClient: QueryClient,
  socket: LiveSocket,
  document: LiveDocument,
  from: string | null,
): LiveUpdates => {
  const listeners = new Set<(events: readonly LiveEvent[]) => void>();
  const refetcher = createRefetcher(queryClient, (hashes) => underWay.askedAnew(hashes));
  const underWay = watchAnswersUnderWay(queryClient, (hashes) => refetcher.push(...hashes));
  let cursor = from;
  let unsubscribe = (): void => undefined;

  const coalescer = createCoalescer<LiveEvent>((events) => {
    underWay.keep(events);
    refetcher.push(...applyEvents(queryClient, events));
    for (const listener of listeners) listener(events);
  }, nextPaint);

  const resubscribe = (): void => {
    unsubscribe();
    unsubscribe = socket.subscribe(document, () => ({ after: cursor }), {
      next,
      failed,
      completed: resubscribe,
    });
  };
  const next = ({ events: event }: { events: LiveEvent }): void => {
    cursor = event.seq;
    coalescer.push(event);
  };
  const failed = (failure: RequestFailure): void => {
    if (failure.code === 'RESYNC_REQUIRED') {
      cursor = null;
      void queryClient.invalidateQueries();
    }
    setTimeout(resubscribe, failure.retryAfterMs ?? 1_000);
  };
  resubscribe();

  return {
    onEvents(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      unsubscribe();
      coalescer.stop();
      underWay.stop();
      refetcher.stop();
    },
  };
};
