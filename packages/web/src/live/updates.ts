import type { QueryClient } from '@tanstack/react-query';
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

/** Puts what is newer into every answer that is patched, as an event about it would. */
export const patchQueries = (queryClient: QueryClient, news: unknown, fresh = freshIn(news)): void => {
  if (fresh.size === 0) return;
  for (const query of queryClient.getQueryCache().getAll()) {
    const data: unknown = query.state.data;
    if (!query.meta?.live?.isPatched || data === undefined) continue;
    const patched = patchEntities(data, fresh);
    // The time of the last answer stays: a patch does not make the rest of the page newer.
    if (patched !== data) {
      queryClient.setQueryData(query.queryKey, patched, { updatedAt: query.state.dataUpdatedAt });
    }
  }
  const entities = [...fresh.values()].map(({ entity }) => entity);
  for (const listener of newsListeners) listener(entities);
};

/** Asks again whatever depends on a kind of fact, as an event of it would. */
export const refetchAfter = (queryClient: QueryClient, type: string): void => {
  void queryClient.invalidateQueries({
    predicate: (query) => query.meta?.live?.refetchOn?.some((prefix) => type.startsWith(prefix)) ?? false,
  });
};

/** Applies a batch to the cache: patches rows at once and returns the keys that must be asked again. */
export const applyEvents = (queryClient: QueryClient, events: readonly LiveEvent[]): readonly string[] => {
  const fresh = freshIn(events);
  const types = new Set(events.map(({ type }) => type));
  const stale = queryClient
    .getQueryCache()
    .getAll()
    .filter(({ meta, state }) => {
      if (!meta?.live || state.data === undefined) return false;
      // A patch would make an answer that is due look fresh again.
      return (
        (meta.live.isPatched && state.isInvalidated) || isAskedAgain(meta.live, state.data, types, fresh)
      );
    })
    .map(({ queryHash }) => queryHash);
  patchQueries(queryClient, events, fresh);
  return stale;
};

/** Asks stale queries again: at once, then at most every few hundred milliseconds. */
const createRefetcher = (queryClient: QueryClient) =>
  createCoalescer<string>(
    (batch) => {
      const hashes = new Set(batch);
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
  const refetcher = createRefetcher(queryClient);
  let cursor = from;
  let unsubscribe = (): void => undefined;

  const coalescer = createCoalescer<LiveEvent>((events) => {
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
      refetcher.stop();
    },
  };
};
