import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { AsOf } from '../../components/as-of.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { DecisionsSummary } from './decisions-summary.tsx';
import { Executors } from './executors.tsx';
import { Lanes } from './lanes.tsx';
import { MetricTiles, MetricTilesSkeleton } from './metric-tiles.tsx';
import { healthOptions, metricsOptions, queueOptions, recentTasksOptions } from './overview-data.ts';
import styles from './overview-screen.module.css';
import { Processes } from './processes.tsx';
import { RecentTasks } from './recent-tasks.tsx';
import { Throughput, ThroughputSkeleton } from './throughput.tsx';
import { windowNames, windowOf, type WindowName } from './window-names.ts';
import { useLiveOverview } from './use-live-overview.ts';

/** One query's content, its own loading and its own failure; the other panels go on. */
const Loaded = <Data,>({
  query,
  what,
  skeleton,
  children,
}: {
  query: UseQueryResult<Data>;
  what: string;
  skeleton: ReactNode;
  children: (data: Data) => ReactNode;
}) => {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <ErrorPanel
        title={`${what} could not be loaded.`}
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  }
  return skeleton;
};

export const OverviewScreen = ({
  window,
  onWindow,
}: {
  window: WindowName;
  onWindow: (window: WindowName) => void;
}) => {
  const sample = useLiveOverview();
  const metrics = useQuery({ ...metricsOptions(windowOf[window]), placeholderData: keepPreviousData });
  const queue = useQuery(queueOptions());
  const health = useQuery(healthOptions());
  const recent = useQuery(recentTasksOptions());
  const rows = (count: number, height: number): ReactNode => <SkeletonRows count={count} height={height} />;
  return (
    <div className={styles['scroller']}>
      <div className={styles['content']}>
        <header className={styles['head']}>
          <h1>Overview</h1>
          <div className={styles['aside']}>
            {metrics.data ? <AsOf at={metrics.data.metrics.asOf} /> : null}
            <Segmented
              label="Window"
              value={window}
              options={windowNames.map((value) => ({ value, label: value }))}
              onChange={onWindow}
            />
          </div>
        </header>
        <Loaded query={metrics} what="The metrics" skeleton={<MetricTilesSkeleton />}>
          {(data) => <MetricTiles metrics={data.metrics} sample={sample} />}
        </Loaded>
        {metrics.data ? (
          <Throughput metrics={metrics.data.metrics} />
        ) : metrics.error ? null : (
          <ThroughputSkeleton />
        )}
        <div className={styles['pair']}>
          <Panel
            title="Priority lanes"
            isFlush
            aside={
              queue.data ? (
                <>
                  <span>{Math.round(queue.data.queue.workerUtilization * 100)}% of workers busy</span>
                  <Link to="/dead-letters">Dead letters</Link>
                  <Link to="/locks">Locks</Link>
                  <AsOf at={queue.data.queue.asOf} />
                </>
              ) : null
            }
          >
            <Loaded query={queue} what="The queue" skeleton={rows(5, 36)}>
              {(data) => <Lanes queue={data.queue} />}
            </Loaded>
          </Panel>
          <Panel title="Decisions" isFlush aside={window}>
            <Loaded query={metrics} what="The decisions" skeleton={rows(4, 38)}>
              {(data) => <DecisionsSummary approvals={data.metrics.approvals} />}
            </Loaded>
          </Panel>
        </div>
        <Panel title="Executors" isFlush aside={health.data ? <AsOf at={health.data.health.asOf} /> : null}>
          <Loaded query={health} what="The executors’ health" skeleton={rows(2, 84)}>
            {(data) => <Executors executors={data.health.executors} />}
          </Loaded>
        </Panel>
        <Panel title="Processes" isFlush>
          <Loaded query={health} what="The processes" skeleton={rows(1, 36)}>
            {(data) => <Processes health={data.health} />}
          </Loaded>
        </Panel>
        <Panel title="Recent tasks" isFlush>
          <Loaded query={recent} what="The recent tasks" skeleton={rows(6, 34)}>
            {(data) => <RecentTasks tasks={data.tasks.nodes} />}
          </Loaded>
        </Panel>
      </div>
    </div>
  );
};
