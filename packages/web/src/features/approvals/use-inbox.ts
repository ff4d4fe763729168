import { useEffect, useState } from 'react';
import { patchTasks } from '../../graphql/cache-patch.ts';
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
  const [seen, setSeen] = useState<{ fresh: typeof fresh; isFrozen: boolean }>({
    fresh: undefined,
    isFrozen,
  });
  const step = (freeze: boolean): void => {
    const nowMs = serverClock.now();
    setState((before) => nextInbox(before, inOrder(fresh ?? [], view, nowMs), freeze, nowMs));
  };
  if (fresh !== undefined && (fresh !== seen.fresh || isFrozen !== seen.isFrozen)) {
    setSeen({ fresh, isFrozen });
    // Nothing is frozen before it was ever seen.
    step(isFrozen && state.rows.length > 0);
  }
  // Rows that linger are in no answer any more that events could make newer.
  useLiveEvents((events) => {
    const news = new Map(events.flatMap(({ task }) => (task ? [[task.id, task] as const] : [])));
    setState((before) => {
      const rows = patchTasks(before.rows, news) as typeof before.rows;
      return rows === before.rows ? before : { ...before, rows };
    });
  });
  const nextLeaveMs = Math.min(...state.leavingUntilMs.values());
  useEffect(() => {
    if (!Number.isFinite(nextLeaveMs)) return;
    const timer = setTimeout(
      () => {
        // The server's clock may have been set back since: the row's time is up all the same.
        const nowMs = Math.max(nextLeaveMs, serverClock.now());
        setState((before) => nextInbox(before, inOrder(fresh ?? [], view, nowMs), isFrozen, nowMs));
      },
      Math.max(50, nextLeaveMs - serverClock.now() + 50),
    );
    return () => clearTimeout(timer);
  }, [nextLeaveMs, fresh, view, isFrozen]);
  return { ...state, applyOrder: () => step(false) };
};
