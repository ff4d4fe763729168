import type { QueryClient } from '@tanstack/react-query';
import type { ResultOf } from 'gql.tada';
import { mentionsTask, patchTasks, type FreshTask, type FreshTasks } from './cache-patch.ts';
import { createCoalescer, nextPaint } from './coalesce.ts';
import { StandingFields } from '../graphql/fragments.ts';
import { graphql } from '../graphql/graphql.ts';
import type { RequestFailure } from '../graphql/request-error.ts';
import type { LiveSocket } from './socket.ts';

/** How a query keeps up with the events of the server; part of its `meta`. */
export interface LiveRules {
  /** Rows are patched in place. */
  readonly isPatched?: boolean;
  /** Asked again when an event's type starts with one of these. */
  readonly refetchOn?: readonly string[];
  /** Asked again when an event is about a task that it shows. */
  readonly isRefetchedWhenMentioned?: boolean;
}

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { readonly live?: LiveRules };
  }
}

const ConsoleEvents = graphql(
  `
    subscription ConsoleEvents($after: String) {
      events(after: $after) {
        seq
        type
        at
        taskId
        summary
        task {
          __typename
          id
          status
          goal
          priority
          environment
          revision
          risk
          updatedAt
          startedAt
          finishedAt
          queuePosition
          estimatedWaitMs
          viewerCanCancel
          cancelRequestedAt
          approval {
            ...StandingFields
          }
        }
      }
    }
  `,
  [StandingFields],
);

export type LiveEvent = ResultOf<typeof ConsoleEvents>['events'];

const refetchAtMostEveryMs = 400;

const lastOfEachTask = (events: readonly LiveEvent[]): FreshTasks => {
  const fresh = new Map<string, FreshTask>();
  for (const { task } of events) {
    if (!task) continue;
    const known = fresh.get(task.id);
    if (!known || Date.parse(task.updatedAt) >= Date.parse(known.updatedAt)) fresh.set(task.id, task);
  }
  return fresh;
};

const isAskedAgain = (
  rules: LiveRules,
  data: unknown,
  types: ReadonlySet<string>,
  taskIds: ReadonlySet<string>,
) =>
  (rules.refetchOn?.some((prefix) => [...types].some((type) => type.startsWith(prefix))) ?? false) ||
  (rules.isRefetchedWhenMentioned === true && mentionsTask(data, taskIds));

type NewsListener = (fresh: FreshTasks) => void;
const newsListeners = new Set<NewsListener>();

/** Tells of tasks that are newer than before, by events or by an answer to an own decision. */
export const onNews = (listener: NewsListener): (() => void) => {
  newsListeners.add(listener);
  return () => newsListeners.delete(listener);
};

/** Puts newer tasks into every answer that is patched, as an event about them would. */
export const patchQueries = (queryClient: QueryClient, fresh: FreshTasks): void => {
  for (const query of queryClient.getQueryCache().getAll()) {
    const data: unknown = query.state.data;
    if (!query.meta?.live?.isPatched || data === undefined) continue;
    const patched = patchTasks(data, fresh);
    // The time of the last answer stays: a patch does not make the rest of the page newer.
    if (patched !== data) {
      queryClient.setQueryData(query.queryKey, patched, { updatedAt: query.state.dataUpdatedAt });
    }
  }
  if (fresh.size > 0) for (const listener of newsListeners) listener(fresh);
};

/** Asks again whatever depends on a kind of fact, as an event of it would. */
export const refetchAfter = (queryClient: QueryClient, type: string): void => {
  void queryClient.invalidateQueries({
    predicate: (query) => query.meta?.live?.refetchOn?.some((prefix) => type.startsWith(prefix)) ?? false,
  });
};

/** Applies a batch to the cache: patches rows at once and returns the keys that must be asked again. */
export const applyEvents = (queryClient: QueryClient, events: readonly LiveEvent[]): readonly string[] => {
  const fresh = lastOfEachTask(events);
  const taskIds = new Set(events.flatMap(({ taskId }) => (taskId === null ? [] : [taskId])));
  const types = new Set(events.map(({ type }) => type));
  const stale = queryClient
    .getQueryCache()
    .getAll()
    .filter(({ meta, state }) => {
      if (!meta?.live || state.data === undefined) return false;
      // A patch would make an answer that is due look fresh again.
      return (
        (meta.live.isPatched && state.isInvalidated) || isAskedAgain(meta.live, state.data, types, taskIds)
      );
    })
    .map(({ queryHash }) => queryHash);
  patchQueries(queryClient, fresh);
  return stale;
};

/** Asks stale queries again: at once, then at most every few hundred milliseconds. */
const createRefetcher = (queryClient: QueryClient) => {
  const due = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    timer = undefined;
    if (due.size === 0) return;
    const hashes = new Set(due);
    due.clear();
    timer = setTimeout(run, refetchAtMostEveryMs);
    void queryClient.invalidateQueries({ predicate: (query) => hashes.has(query.queryHash) });
  };
  return {
    add(hashes: readonly string[]) {
      for (const hash of hashes) due.add(hash);
      if (timer === undefined) run();
    },
    stop() {
      clearTimeout(timer);
      due.clear();
    },
  };
};

export interface LiveUpdates {
  /** Every event in order, for pages that show the events themselves. */
  onEvents(listener: (events: readonly LiveEvent[]) => void): () => void;
  stop(): void;
}

/** The page's one subscription to events, and what it does to the cache. */
export const startLiveUpdates = (
  queryClient: QueryClient,
  socket: LiveSocket,
  from: string | null,
): LiveUpdates => {
  const listeners = new Set<(events: readonly LiveEvent[]) => void>();
  const refetcher = createRefetcher(queryClient);
  let cursor = from;
  let unsubscribe = (): void => undefined;

  const coalescer = createCoalescer<LiveEvent>((events) => {
    refetcher.add(applyEvents(queryClient, events));
    for (const listener of listeners) listener(events);
  }, nextPaint);

  const resubscribe = (): void => {
    unsubscribe();
    unsubscribe = socket.subscribe(ConsoleEvents, () => ({ after: cursor }), {
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
