import { formatAge, formatDuration } from '../../components/duration.ts';
import { useServerNow } from '../../components/use-now.ts';
import type { TaskRow } from './task-list.ts';

/** When a task stopped running; null while it runs, or waits to begin anew. */
export const ranUntil = (task: Pick<TaskRow, 'status' | 'finishedAt' | 'updatedAt'>): string | null =>
  // It has not ended, since a person has to say how; but nothing of it runs any more.
  task.status === 'NEEDS_ATTENTION' ? task.updatedAt : task.finishedAt;

export const TaskAge = ({ at }: { at: string }) => {
  const nowMs = useServerNow();
  return <time dateTime={at}>{formatAge(nowMs - Date.parse(at))}</time>;
};

/** Time that goes on, in whole seconds. */
export const SoFar = ({ fromMs }: { fromMs: number }) => {
  const nowMs = useServerNow();
  return <>{formatDuration(Math.floor((nowMs - fromMs) / 1_000) * 1_000)}</>;
};

export const TaskDuration = ({ task }: { task: TaskRow }) => {
  if (task.status === 'PLANNING') {
    return (
      <span className="muted" title="How long it has been planned">
        <SoFar fromMs={Date.parse(task.updatedAt)} />
      </span>
    );
  }
  if (task.startedAt === null) return <span className="muted">–</span>;
  const fromMs = Date.parse(task.startedAt);
  if (task.status === 'RUNNING') return <SoFar fromMs={fromMs} />;
  const endedAt = ranUntil(task);
  return endedAt === null ? (
    <span className="muted">–</span>
  ) : (
    <>{formatDuration(Date.parse(endedAt) - fromMs)}</>
  );
};
