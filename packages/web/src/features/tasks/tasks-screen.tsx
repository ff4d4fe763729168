import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { IconArrowUp, IconListDetails, IconListSearch, IconTable } from '@tabler/icons-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { useRowHeightPx } from '../../components/preferences.ts';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useLiveEvents } from '../../graphql/live-context.tsx';
import { FirstTask } from './first-task.tsx';
import { PlainTaskTable, plainRows } from './plain-task-table.tsx';
import { TaskFilterBar, type TaskFilterBarProps } from './task-filters.tsx';
import { hasFilters, taskListOptions, type TaskFilters } from './task-list.ts';
import { TaskTable } from './task-table.tsx';
import styles from './tasks-screen.module.css';

/** Counts tasks that arrive; lets them in by itself while the list is at rest. */
const useArrivals = (filters: TaskFilters) => {
  const queryClient = useQueryClient();
  const [count, setCount] = useState(0);
  const isAtRest = useRef(true);
  const { queryKey } = taskListOptions(filters);
  const letIn = (): void => {
    setCount(0);
    void queryClient.invalidateQueries({ queryKey });
  };
  useLiveEvents((events) => {
    const arrived = events.filter(
      ({ type, task }) =>
        type === 'task.submitted' &&
        (filters.environment === undefined || task?.environment === filters.environment) &&
        (filters.priority.length === 0 || (task !== null && filters.priority.includes(task.priority))),
    ).length;
    if (arrived === 0) return;
    if (isAtRest.current) letIn();
    else setCount((before) => before + arrived);
  });
  const setAtRest = useCallback((isNow: boolean): void => {
    isAtRest.current = isNow;
  }, []);
  return { count, letIn, setAtRest };
};

export interface TasksScreenProps extends TaskFilterBarProps {
  readonly onOpen: (id: string) => void;
}

export const TasksScreen = ({ filters, onChange, onClear, onOpen }: TasksScreenProps) => {
  const query = useInfiniteQuery({ ...taskListOptions(filters), placeholderData: keepPreviousData });
  const arrivals = useArrivals(filters);
  const rowHeightPx = useRowHeightPx();
  const tasks = useMemo(() => query.data?.pages.flatMap((page) => page.tasks.nodes), [query.data]);
  const totalCount = query.data?.pages[0]?.tasks.totalCount ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const reachEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const [isPlain, setPlain] = useState(false);
  const isFirstRun = tasks?.length === 0 && !hasFilters(filters);
  return (
    <div className={styles['screen']}>
      <header className={styles['head']}>
        <h1>
          Tasks <span>{totalCount > 0 ? totalCount.toLocaleString('en') : ''}</span>
        </h1>
        {isFirstRun ? null : (
          <>
            <TaskFilterBar filters={filters} onChange={onChange} onClear={onClear} />
            <span className={styles['form']}>
              <IconButton
                label={isPlain ? 'Show as a list' : `Show ${plainRows} rows as a plain table`}
                onClick={() => setPlain(!isPlain)}
              >
                {isPlain ? <IconListDetails size={16} aria-hidden /> : <IconTable size={16} aria-hidden />}
              </IconButton>
            </span>
          </>
        )}
      </header>
      {arrivals.count > 0 ? (
        <div className={styles['arrivals']}>
          <button type="button" className={styles['pill']} onClick={arrivals.letIn}>
            <IconArrowUp size={13} stroke={2.2} aria-hidden />
            {arrivals.count} new
          </button>
        </div>
      ) : null}
      {tasks === undefined ? (
        query.error ? (
          <ErrorPanel
            title="The tasks could not be loaded."
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        ) : (
          <SkeletonRows count={20} height={rowHeightPx} />
        )
      ) : isFirstRun ? (
        <FirstTask />
      ) : tasks.length === 0 ? (
        <EmptyState title="No task matches" icon={<IconListSearch size={20} stroke={1.6} />}>
          Change or clear the filters above.
        </EmptyState>
      ) : isPlain ? (
        <PlainTaskTable tasks={tasks} totalCount={totalCount} onReachEnd={reachEnd} />
      ) : (
        <TaskTable
          tasks={tasks}
          totalCount={totalCount}
          onOpen={onOpen}
          onReachEnd={reachEnd}
          onRestChange={arrivals.setAtRest}
        />
      )}
    </div>
  );
};
