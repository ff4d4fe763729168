import type { QueryClient } from '@tanstack/react-query';

/** A place in the log of events, and when it was answered. What is asked later misses nothing behind it. */
export interface LiveStart {
  readonly cursor: string;
  /** By this browser's clock. */
  readonly answeredAtMs: number;
}

/** By key, when each query was last sent, by this browser's clock. */
export type AskedTimes = ReadonlyMap<string, number>;

/** Notes when queries are sent, from now on and for as long as the page lives. */
export const watchAskedTimes = (queryClient: QueryClient, nowMs: () => number = Date.now): AskedTimes => {
  const times = new Map<string, number>();
  queryClient.getQueryCache().subscribe((event) => {
    const { queryHash } = event.query;
    if (event.type === 'updated' && event.action.type === 'fetch') times.set(queryHash, nowMs());
    if (event.type === 'removed') times.delete(queryHash);
  });
  return times;
};

/** Asks again what was sent before the place was known: of what changed in between nobody tells. */
export const refetchUnheard = (
  queryClient: QueryClient,
  asked: AskedTimes,
  start: LiveStart | null,
): Promise<void> =>
  queryClient.invalidateQueries(
    {
      predicate: ({ queryHash }) => start === null || (asked.get(queryHash) ?? 0) <= start.answeredAtMs,
    },
    // Answers still under way are left to arrive first.
    { cancelRefetch: false },
  );
