import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, useState, type ReactNode } from 'react';
import { ariaCount } from '../../components/count.ts';
import { formatDate } from '../../components/duration.ts';
import { useRowHeightPx } from '../../components/preferences.ts';
import { useKeys } from '../../components/use-keys.ts';
import { stepFrom } from '../../components/steady-rows.ts';
import { useIsNarrow } from '../../components/use-media.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { PriorityBars } from '../../vocabulary/priority-bars.tsx';
import { RiskMark } from '../../vocabulary/risk-mark.tsx';
import { shortId } from '../../vocabulary/short-id.ts';
import { TaskStatusMark } from '../../vocabulary/task-status.tsx';
import type { TaskRow } from './task-list.ts';
import { TaskAge, TaskDuration } from './task-times.tsx';
import styles from './task-table.module.css';

const narrowRowHeightPx = 62;

const columns = [
  'Task',
  'Goal',
  'Status',
  'Risk',
  'Agent',
  'Environment',
  'Priority',
  'Age',
  'Duration',
] as const;

const Cell = ({ children, kind }: { children: ReactNode; kind?: string }) => (
  <span role="cell" className={styles['cell']} data-kind={kind}>
    {children}
  </span>
);

const TaskStatus = ({ task: { status, mode, cancelRequestedAt, hold } }: { task: TaskRow }) => (
  <span title={hold?.reason}>
    <TaskStatusMark
      status={status}
      mode={mode}
      cancelRequestedAt={cancelRequestedAt}
      isHeld={hold !== null}
    />
  </span>
);

const WideRow = memo(({ task }: { task: TaskRow }) => (
  <>
    <Cell kind="id">
      <span title={task.id}>{shortId(task.id)}</span>
    </Cell>
    <Cell kind="goal">
      <Link to="/tasks/$id" params={{ id: task.id }} className={styles['link'] ?? ''}>
        <VisibleText text={task.goal} />
      </Link>
    </Cell>
    <Cell>
      <TaskStatus task={task} />
    </Cell>
    <Cell>
      <RiskMark risk={task.risk} withWord />
    </Cell>
    <Cell>
      <VisibleText text={task.submittedBy.name} />
    </Cell>
    <Cell>
      <EnvironmentPill environment={task.environment} />
    </Cell>
    <Cell>
      <PriorityBars priority={task.priority} withWord />
    </Cell>
    <Cell kind="quiet">
      <span title={formatDate(task.createdAt)}>
        <TaskAge at={task.createdAt} />
      </span>
    </Cell>
    <Cell kind="number">
      <TaskDuration task={task} />
    </Cell>
  </>
));
WideRow.displayName = 'WideRow';

const NarrowRow = memo(({ task }: { task: TaskRow }) => (
  <span role="cell" className={styles['narrow']}>
    <span className={styles['narrow-risk']}>
      <RiskMark risk={task.risk} />
    </span>
    <Link to="/tasks/$id" params={{ id: task.id }} className={styles['link'] ?? ''}>
      <VisibleText text={task.goal} />
    </Link>
    <span className={styles['narrow-age']}>
      <TaskAge at={task.createdAt} />
    </span>
    <span className={styles['narrow-state']}>
      <TaskStatus task={task} />
      <span>
        <VisibleText text={task.submittedBy.name} />
      </span>
      <EnvironmentPill environment={task.environment} />
    </span>
  </span>
));
NarrowRow.displayName = 'NarrowRow';

export interface TaskTableProps {
  readonly tasks: readonly TaskRow[];
  readonly totalCount: number;
  readonly onOpen: (id: string) => void;
  /** Rows that no longer belong here and stay for a moment to say why. */
  readonly leaving: ReadonlyMap<string, number>;
  readonly onReachEnd: () => void;
  /** Which rows are on screen. */
  readonly onSight: (first: number, last: number) => void;
  /** Whether the first row is in sight and the pointer elsewhere: new rows may come in by themselves. */
  readonly onRestChange: (isAtRest: boolean) => void;
}

const useRest = (onRestChange: (isAtRest: boolean) => void) => {
  const place = useRef({ isAtTop: true, isPointed: false });
  const tell = (change: Partial<typeof place.current>): void => {
    place.current = { ...place.current, ...change };
    onRestChange(place.current.isAtTop && !place.current.isPointed);
  };
  return tell;
};

/** Rows of one task each; only those in sight exist. */
export const TaskTable = (props: TaskTableProps) => {
  const { tasks, totalCount, leaving, onOpen, onReachEnd, onSight, onRestChange } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isNarrow = useIsNarrow();
  const [markedId, setMarkedId] = useState<string | null>(null);
  const tellRest = useRest(onRestChange);
  const wideRowHeightPx = useRowHeightPx();
  const heightPx = isNarrow ? narrowRowHeightPx : wideRowHeightPx;
  const virtualizer = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => heightPx,
    overscan: 12,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, heightPx]);
  const items = virtualizer.getVirtualItems();
  const firstIndex = items[0]?.index ?? 0;
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (tasks.length > 0 && lastIndex >= tasks.length - 20) onReachEnd();
  }, [lastIndex, tasks.length, onReachEnd]);
  useEffect(() => onSight(firstIndex, lastIndex), [firstIndex, lastIndex, onSight]);
  const place = useRef(0);
  const mark = (step: number): void => {
    const next = stepFrom(tasks, { id: markedId, index: place.current }, step);
    if (!next) return;
    place.current = tasks.indexOf(next);
    setMarkedId(next.id);
    virtualizer.scrollToIndex(place.current, { align: 'auto' });
  };
  useKeys('page', {
    j: () => mark(1),
    k: () => mark(-1),
    Home: () => mark(-tasks.length),
    End: () => mark(tasks.length),
    ...(markedId === null ? {} : { Enter: () => onOpen(markedId) }),
  });
  return (
    <div
      className={styles['table']}
      role="table"
      aria-label="Tasks"
      aria-rowcount={ariaCount(totalCount, 1)}
      data-narrow={isNarrow || undefined}
    >
      <div role="rowgroup" className={styles['head']}>
        <div role="row" aria-rowindex={1} className={styles['row']}>
          {(isNarrow ? (['Task'] as const) : columns).map((column) => (
            <span
              key={column}
              role="columnheader"
              className={styles['cell']}
              data-kind={column === 'Duration' ? 'number' : undefined}
            >
              {column}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={scroller}
        className={styles['scroller']}
        onScroll={(event) => tellRest({ isAtTop: event.currentTarget.scrollTop < heightPx })}
        onPointerEnter={() => tellRest({ isPointed: true })}
        onPointerLeave={() => tellRest({ isPointed: false })}
      >
        <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => {
            const task = tasks[index];
            if (!task) return null;
            return (
              <div
                key={task.id}
                role="row"
                aria-rowindex={index + 2}
                className={styles['row']}
                data-marked={task.id === markedId || undefined}
                data-leaving={leaving.has(task.id) || undefined}
                style={{ translate: `0 ${start}px`, height: heightPx }}
                onClick={() => onOpen(task.id)}
              >
                {isNarrow ? <NarrowRow task={task} /> : <WideRow task={task} />}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
};
