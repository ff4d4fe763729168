import { useEffect, useMemo, useState } from 'react';
import { patchTasks, type FreshTasks } from '../../graphql/cache-patch.ts';
import { useLiveEvents } from '../../graphql/live-context.tsx';
import { serverClock } from '../../graphql/server-clock.ts';
import type { ApprovalRow } from './approval-list.ts';
import type { ApprovalView } from './approval-view.ts';
import { inOrder } from './inbox-order.ts';
import { emptyInbox, nextInbox, type InboxState } from './inbox-state.ts';

export interface Inbox extends InboxState<ApprovalRow> {
  /** Lets waiting rows in and puts all in their best order. */
  readonly applyOrder: () => void;
}

/** The rows of the list while the data under them moves; see `inbox-state`. */
export const useInbox = (
  fresh: readonly ApprovalRow[] | undefined,
  view: ApprovalView,
  isFrozen: boolean,
): Inbox => {
  const [state, setState] = useState<InboxState<ApprovalRow>>(emptyInbox);
  const [leaveMs, setLeaveMs] = useState(0);
  const [seen, setSeen] = useState<{ fresh: typeof fresh; isFrozen: boolean; leaveMs: number }>({
    fresh: undefined,
    isFrozen,
    leaveMs,
  });
  const step = (freeze: boolean): void => {
    // The server's clock may have been set back since: a row's time is up all the same.
    const nowMs = Math.max(leaveMs === seen.leaveMs ? 0 : leaveMs, serverClock.now());
    setState((before) => nextInbox(before, inOrder(fresh ?? [], view, nowMs), freeze, nowMs));
  };
  if (
    fresh !== undefined &&
    (fresh !== seen.fresh || isFrozen !== seen.isFrozen || leaveMs !== seen.leaveMs)
  ) {
    setSeen({ fresh, isFrozen, leaveMs });
    // Nothing is frozen before it was ever seen.
    step(isFrozen && state.rows.length > 0);
  }
  // Rows that linger are in no answer any more that events could make newer. A state of its own: React
  // drops what is set while rendering from a state that has something else still waiting.
  const [news, setNews] = useState<FreshTasks>(new Map());
  useLiveEvents((events) => {
    const lingering = state.rows.filter(({ id }) => state.leavingUntilMs.has(id));
    const taskIds = new Set(lingering.map(({ task }) => task.id));
    const about = events.flatMap(({ task }) =>
      task && taskIds.has(task.id) ? [[task.id, task] as const] : [],
    );
    if (about.length > 0) setNews((all) => new Map([...all, ...about]));
  });
  const rows = useMemo(() => patchTasks(state.rows, news) as readonly ApprovalRow[], [state.rows, news]);
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
