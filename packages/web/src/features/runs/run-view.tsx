import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Skeleton, SkeletonRows } from '../../components/skeleton.tsx';
import { PhaseRail } from './phase-rail.tsx';
import { runOptions, type Run, type RunTask } from './run-data.ts';
import { RunSteps } from './run-steps.tsx';
import styles from './runs.module.css';

const StepGraph = lazy(() => import('./step-graph.tsx').then((m) => ({ default: m.StepGraph })));

const views = [
  { value: 'list', label: 'List' },
  { value: 'graph', label: 'Graph' },
] as const;
type View = (typeof views)[number]['value'];

/** Beyond it a graph shows nobody anything. */
const mostDrawn = 120;

const RunContent = ({ task, run }: { task: RunTask; run: Run }) => {
  const [view, setView] = useState<View>('list');
  const isDrawable = run.steps.length > 1 && run.steps.length <= mostDrawn;
  return (
    <>
      {run.phases.length > 0 ? <PhaseRail phases={run.phases} steps={run.steps} /> : null}
      <section className={styles['steps']} aria-label="Steps">
        <div className={styles['steps-head']}>
          <h2>Steps</h2>
          {isDrawable ? (
            <Segmented label="Show steps as" value={view} options={views} onChange={setView} />
          ) : null}
        </div>
        {isDrawable && view === 'graph' ? (
          <Suspense fallback={<Skeleton width="100%" height={320} />}>
            <StepGraph steps={run.steps} planned={task.plan?.steps ?? []} />
          </Suspense>
        ) : (
          <RunSteps taskId={task.id} steps={run.steps} phases={run.phases} />
        )}
      </section>
    </>
  );
};

/** One run: how it goes, phase by phase and step by step. */
export const RunView = ({ taskId }: { taskId: string }) => {
  const { data, error, refetch } = useQuery(runOptions(taskId));
  if (data?.task?.run) return <RunContent task={data.task} run={data.task.run} />;
  if (error && !data)
    return <ErrorPanel title="The run could not be loaded." error={error} onRetry={() => void refetch()} />;
  return data ? null : <SkeletonRows count={2} height={38} />;
};
