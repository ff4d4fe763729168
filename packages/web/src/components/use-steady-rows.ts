import { useEffect, useMemo, useState } from 'react';
import { freshIn, patchEntities, type Entity } from '../live/entities.ts';
import { onNews } from '../live/updates.ts';
import { serverClock } from '../graphql/server-clock.ts';
import { nextRows, noRows, type SteadyRow, type SteadyRows } from './steady-rows.ts';

export interface SteadyList<Row extends SteadyRow> extends SteadyRows<Row> {
  /** Lets waiting rows in and puts all in their best order. */
  readonly applyOrder: () => void;
}

/** The rows of a list while the data under them moves; see `steady-rows`. Another `key` begins anew. */
export const useSteadyRows = <Row extends SteadyRow>(
  fresh: readonly Row[] | undefined,
  key: string,
  isFrozen: boolean,
): SteadyList<Row> => {
  const [state, setState] = useState<SteadyRows<Row>>(noRows);
  const [leaveMs, setLeaveMs] = useState(0);
  const [seen, setSeen] = useState<{
    fresh: typeof fresh;
    key: string;
    isFrozen: boolean;
    leaveMs: number;
  }>({ fresh: undefined, key, isFrozen, leaveMs });
  const step = (freeze: boolean): void => {
    // The server's clock may have been set back since: a row's time is up all the same.
    const nowMs = Math.max(leaveMs === seen.leaveMs ? 0 : leaveMs, serverClock.now());
    setState((before) => nextRows(key === seen.key ? before : noRows, fresh ?? [], freeze, nowMs));
  };
  const isNew = fresh !== seen.fresh || key !== seen.key;
  if (fresh !== undefined && (isNew || isFrozen !== seen.isFrozen || leaveMs !== seen.leaveMs)) {
    setSeen({ fresh, key, isFrozen, leaveMs });
    // Nothing is frozen before it was ever seen.
    step(isFrozen && key === seen.key && state.rows.length > 0);
  }
  // Rows that linger are in no answer any more that events could make newer. A state of its own: React
  // drops what is set while rendering from a state that has something else still waiting.
  const [news, setNews] = useState<readonly Entity[]>([]);
  const isLingering = state.leavingUntilMs.size > 0;
  useEffect(() => {
    if (!isLingering) return;
    const stop = onNews((fresher) => setNews((all) => [...all, ...fresher]));
    return () => {
      stop();
      setNews([]);
    };
  }, [isLingering]);
  const rows = useMemo(
    () =>
      news.length === 0
        ? state.rows
        : state.rows.map((row) =>
            state.leavingUntilMs.has(row.id) ? (patchEntities(row, freshIn(news)) as Row) : row,
          ),
    [state, news],
  );
  const nextLeaveMs = Math.min(...state.leavingUntilMs.values());
  useEffect(() => {
    if (!Number.isFinite(nextLeaveMs)) return;
    const timer = setTimeout(
      () => setLeaveMs(nextLeaveMs),
      Math.max(50, nextLeaveMs - serverClock.now() + 50),
    );
    return () => clearTimeout(timer);
  }, [nextLeaveMs]);
  return { ...state, rows, applyOrder: () => step(false) };
};
