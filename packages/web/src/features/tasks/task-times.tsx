import { formatAge, formatDuration } from '../../components/duration.ts';
import { useServerNow } from '../../components/use-now.ts';
import { isFinalStatus } from '../../vocabulary/task-status.tsx';
import type { TaskRow } from './task-list.ts';

export const TaskAge = ({ at }: { at: string }) => {
  const nowMs = useServerNow();
  return <time dateTime={at}>{formatAge(nowMs - Date.parse(at))}</time>;
};

const Running = ({ fromMs }: { fromMs: number }) => {
  const nowMs = useServerNow();
  return <>{formatDuration(Math.floor((nowMs - fromMs) / 1_000) * 1_000)}</>;
};

export const TaskDuration = ({ task }: { task: TaskRow }) => {
  if (task.startedAt === null) return <span className="muted">–</span>;
  const fromMs = Date.parse(task.startedAt);
  if (task.finishedAt !== null) return <>{formatDuration(Date.parse(task.finishedAt) - fromMs)}</>;
  return isFinalStatus(task.status) ? <span className="muted">–</span> : <Running fromMs={fromMs} />;
};
