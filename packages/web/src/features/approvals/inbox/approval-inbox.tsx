import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useRef, type KeyboardEvent } from 'react';
import { approvalRowId } from './approval-row-id.ts';
import { ariaCount } from '../../../components/count.ts';
import { NewsPill } from '../../../components/news-pill.tsx';
import { stepFrom } from '../../../components/steady-rows.ts';
import type { SteadyList } from '../../../components/use-steady-rows.ts';
import styles from './approval-inbox.module.css';
import type { ApprovalRow } from './approval-list.ts';
import { ApprovalRowContent } from './approval-row.tsx';
import { useSentDecisions } from '../decide/sent-decisions.tsx';

const rowHeightPx = 74;
/** The next page is asked for before a person gets to its place. */
const rowsAhead = 15;

export interface ApprovalInboxProps {
  readonly inbox: SteadyList<ApprovalRow>;
  readonly selectedId: string | undefined;
  readonly totalCount: number;
  readonly label: string;
  readonly onSelect: (id: string) => void;
  readonly onOpen: (id: string) => void;
  /** The pointer or the keyboard is in the list: its order must stand still. */
  readonly onPresence: (isPresent: boolean) => void;
  readonly onReachEnd: () => void;
  /** Which rows are on screen. */
  readonly onSight: (first: number, last: number) => void;
}

/** Focus stays on the list itself; rows come and go under it, so none of them ever holds it. */
export const ApprovalInbox = (props: ApprovalInboxProps) => {
  const { inbox, selectedId, label, totalCount, onSelect, onOpen, onPresence, onReachEnd, onSight } = props;
  const sentDecisions = useSentDecisions();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows } = inbox;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 6,
  });
  const items = virtualizer.getVirtualItems();
  const firstIndex = items[0]?.index ?? 0;
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && lastIndex >= rows.length - rowsAhead) onReachEnd();
  }, [lastIndex, rows.length, onReachEnd]);
  useEffect(() => onSight(firstIndex, lastIndex), [firstIndex, lastIndex, onSight]);

  const selectedIndex = rows.findIndex(({ id }) => id === selectedId);
  const showSelected = useEffectEvent(() => {
    if (selectedIndex >= 0) virtualizer.scrollToIndex(selectedIndex, { align: 'auto' });
  });
  // Only a new selection scrolls; rows that move must not.
  useEffect(() => showSelected(), [selectedId]);

  const move = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -rows.length, End: rows.length }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = stepFrom(rows, { id: selectedId, index: 0 }, step);
      if (next) onSelect(next.id);
    } else if (event.key === 'Enter' && selectedId !== undefined) {
      event.preventDefault();
      onOpen(selectedId);
    }
  };

  return (
    <div
      className={styles['frame']}
      onPointerEnter={() => onPresence(true)}
      onPointerLeave={() => onPresence(false)}
    >
      {inbox.waiting.length > 0 ? (
        <div className={styles['news']}>
          <NewsPill count={inbox.waiting.length} onShow={inbox.applyOrder} />
        </div>
      ) : null}
      <div
        ref={scroller}
        className={styles['scroller']}
        role="listbox"
        aria-label={label}
        tabIndex={0}
        aria-activedescendant={selectedIndex >= 0 ? approvalRowId(rows[selectedIndex]?.id ?? '') : undefined}
        onKeyDown={move}
        onFocus={(event) => onPresence(event.currentTarget.matches(':focus-visible'))}
        onBlur={() => onPresence(false)}
      >
        <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => {
            const row: ApprovalRow | undefined = rows[index];
            if (!row) return null;
            return (
              <div
                key={row.id}
                id={approvalRowId(row.id)}
                role="option"
                aria-selected={row.id === selectedId}
                aria-posinset={index + 1}
                aria-setsize={ariaCount(totalCount)}
                className={styles['option']}
                style={{ translate: `0 ${start}px` }}
                onClick={() => onSelect(row.id)}
              >
                <ApprovalRowContent
                  row={row}
                  isSelected={row.id === selectedId}
                  isLeaving={inbox.leavingUntilMs.has(row.id)}
                  isSending={sentDecisions.isSending(row.id)}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
};
