import { IconListDetails, IconListSearch, IconTable } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { formatCount } from '../../components/count.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { NewsPill } from '../../components/news-pill.tsx';
import { useRowHeightPx } from '../../components/preferences.ts';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useSteadyRows } from '../../components/use-steady-rows.ts';
import { useLiveList } from '../../live/use-live-list.ts';
import { FirstTask } from './first-task.tsx';
import { PlainTaskTable, plainRows } from './plain-task-table.tsx';
import { TaskFilterBar, type TaskFilterBarProps } from './task-filters.tsx';
import { hasFilters, taskListSource, type TaskFilters } from './task-list.ts';
import { TaskTable } from './task-table.tsx';
import styles from './tasks-screen.module.css';

export interface TasksScreenProps extends TaskFilterBarProps {
  readonly onOpen: (id: string) => void;
}

export const TasksScreen = ({ filters, onChange, onClear, onOpen }: TasksScreenProps) => {
  // The address gives the same filters in new objects.
  const known = JSON.stringify(filters);
  const source = useMemo(() => taskListSource(JSON.parse(known) as TaskFilters), [known]);
  const { list, error, retry, loadMore, setSight } = useLiveList(source);
  const [isAtRest, setAtRest] = useState(true);
  const steady = useSteadyRows(list?.rows, list?.key ?? '', !isAtRest);
  const tasks = list && steady.rows;
  const totalCount = list?.totalCount ?? 0;
  const rowHeightPx = useRowHeightPx();
  const [isPlain, setPlain] = useState(false);
  const isFirstRun = tasks?.length === 0 && !hasFilters(filters);
  return (
    <div className={styles['screen']}>
      <header className={styles['head']}>
        <h1>
          Tasks <span>{totalCount > 0 ? formatCount(totalCount) : ''}</span>
        </h1>
        {isFirstRun ? null : (
          <>
            <TaskFilterBar filters={filters} onChange={onChange} onClear={onClear} />
            <span className={styles['form']}>
              <Link to="/ask" className={styles['ask'] ?? ''} data-size="small">
                Ask in words
              </Link>
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
      {steady.waiting.length > 0 ? (
        <div className={styles['arrivals']}>
          <NewsPill count={steady.waiting.length} onShow={steady.applyOrder} />
        </div>
      ) : null}
      {tasks === undefined ? (
        error ? (
          <ErrorPanel title="The tasks could not be loaded." error={error} onRetry={retry} />
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
        <PlainTaskTable
          tasks={tasks}
          totalCount={totalCount}
          hasMore={list?.end != null}
          onReachEnd={loadMore}
        />
      ) : (
        <TaskTable
          tasks={tasks}
          totalCount={totalCount}
          onOpen={onOpen}
          onReachEnd={loadMore}
          onSight={setSight}
          onRestChange={setAtRest}
          leaving={steady.leavingUntilMs}
        />
      )}
    </div>
  );
};
