import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Entity } from './entities.ts';
import {
  appendPage,
  reconcileList,
  restartList,
  startList,
  type ListPage,
  type ListRules,
  type LiveList,
} from './list.ts';
import { onNews } from './updates.ts';
import { serverClock } from '../graphql/server-clock.ts';

const askAtMostEveryMs = 400;
/** As many as one page of what the server answers. */
const mostSubjects = 50;

type Ask = (subjects: readonly string[]) => Promise<void>;

/** Gathers what there is to ask about. */
interface Asking {
  /** The latest `ask` is what they are asked by. */
  add(subjects: readonly string[], ask: Ask): void;
  stop(): void;
}

/** Asks at once, then in batches, one question at a time. */
const createAsking = (everyMs = askAtMostEveryMs): Asking => {
  let ask: Ask = () => Promise.resolve();
  const due = new Set<string>();
  let isAsking = false;
  const run = async (): Promise<void> => {
    isAsking = true;
    while (due.size > 0) {
      const subjects = [...due].slice(0, mostSubjects);
      for (const subject of subjects) due.delete(subject);
      await ask(subjects);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    isAsking = false;
  };
  return {
    add(subjects, by) {
      ask = by;
      for (const subject of subjects) due.add(subject);
      if (!isAsking) void run();
    },
    stop: () => due.clear(),
  };
};

/** A place that is told and read between renders. */
const createMark = () => {
  let place = 0;
  return {
    read: () => place,
    set(next: number) {
      place = next;
    },
  };
};

/** Where a list comes from. */
export interface ListSource<Row> extends ListRules<Row> {
  readonly queryKey: readonly unknown[];
  readonly load: (after: string | null, signal?: AbortSignal) => Promise<ListPage<Row>>;
  /** What the list has about these subjects, and how many it holds in all. */
  readonly ask: (subjects: readonly string[]) => Promise<Pick<ListPage<Row>, 'rows' | 'totalCount'>>;
  /** Whether a subject that is in the news may belong here: too many cost a question, too few are missing. */
  readonly mayHold: (entity: Entity) => boolean;
  /** Part of the order moves with the time; it is taken again this often. */
  readonly renewEveryMs?: number;
  /** Stays on screen until the list of another filter is there. */
  readonly isShownUntilNext?: boolean;
}

export interface LiveListView<Row> {
  /** Undefined until the first page is there. */
  readonly list: LiveList<Row> | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
  /** Loads the next page, where there is one and it is not on its way. */
  readonly loadMore: () => void;
  /** Which rows are on screen; nothing else is asked about again after a new start. */
  readonly setSight: (first: number, last: number) => void;
}

type Kept = { readonly id: string };

/** What is asked about subjects changes the list. */
const useAsk = <Row extends Kept>(source: ListSource<Row>): ((subjects: readonly string[]) => void) => {
  const queryClient = useQueryClient();
  const [asking] = useState(() => createAsking());
  useEffect(() => () => asking.stop(), [asking, source]);
  return useCallback(
    (about) =>
      asking.add(about, async (subjects) => {
        const { queryKey } = source;
        try {
          // A page under way may be from before the news, and would lay itself over what is answered to them.
          await queryClient
            .getQueryCache()
            .find({ queryKey })
            ?.promise?.catch(() => undefined);
          const answer = await source.ask(subjects);
          queryClient.setQueryData<LiveList<Row>>(queryKey, (known) =>
            known ? reconcileList(known, new Set(subjects), answer, source) : known,
          );
        } catch {
          // What could not be asked for by itself is asked for with everything else.
          void queryClient.invalidateQueries({ queryKey });
        }
      }),
    [asking, queryClient, source],
  );
};

const useMore = <Row extends Kept>(source: ListSource<Row>): (() => void) => {
  const queryClient = useQueryClient();
  const isLoading = useRef(false);
  const load = useCallback(async () => {
    const after = queryClient.getQueryData<LiveList<Row>>(source.queryKey)?.end ?? null;
    if (after === null || isLoading.current) return;
    isLoading.current = true;
    try {
      const page = await source.load(after);
      queryClient.setQueryData<LiveList<Row>>(source.queryKey, (known) =>
        known?.end === after ? appendPage(known, page, source) : known,
      );
    } catch {
      // The end stays where it is: the next movement asks again.
    } finally {
      isLoading.current = false;
    }
  }, [queryClient, source]);
  return useCallback(() => void load(), [load]);
};

/** A list over the page's life: its first page, more on demand, and what the news changes, row by row. */
export const useLiveList = <Row extends Kept>(source: ListSource<Row>): LiveListView<Row> => {
  const queryClient = useQueryClient();
  const { queryKey } = source;
  const key = JSON.stringify(queryKey);
  const [depth] = useState(() => createMark());
  useEffect(() => () => depth.set(0), [depth, key]);
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const page = await source.load(null, signal);
      const known = queryClient.getQueryData<LiveList<Row>>(queryKey);
      const nowMs = serverClock.now();
      return known ? restartList(known, page, depth.read(), source, nowMs) : startList(key, page, nowMs);
    },
    ...(source.isShownUntilNext ? { placeholderData: keepPreviousData } : {}),
    meta: { live: { isPatched: true } },
    ...(source.renewEveryMs === undefined ? {} : { refetchInterval: source.renewEveryMs }),
  });
  const list = query.data;
  const ask = useAsk(source);
  const hear = useEffectEvent((entities: readonly Entity[]) => {
    const shown = new Set(list?.rows.map(source.subjectOf));
    const subjects = entities.filter((entity) => shown.has(entity.id) || source.mayHold(entity));
    if (subjects.length > 0) ask(subjects.map(({ id }) => id));
  });
  useEffect(() => onNews((entities) => hear(entities)), []);
  const setSight = useCallback(
    (first: number, last: number) => {
      depth.set(last);
      const unchecked = new Set(list?.unchecked);
      if (unchecked.size === 0) return;
      const seen = list?.rows.slice(first, last + 1).filter(({ id }) => unchecked.has(id)) ?? [];
      if (seen.length > 0) ask(seen.map(source.subjectOf));
    },
    [list, source, depth, ask],
  );
  return { list, error: query.error, retry: () => void query.refetch(), loadMore: useMore(source), setSight };
};
