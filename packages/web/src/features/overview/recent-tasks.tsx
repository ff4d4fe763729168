import { Link } from '@tanstack/react-router';
import { formatAge } from '../../components/duration.ts';
import { useRowHeightPx } from '../../components/preferences.ts';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import { RiskMark } from '../../vocabulary/risk-mark.tsx';
import { TaskStatusMark } from '../../vocabulary/task-status.tsx';
import type { RecentTask } from './overview-data.ts';
import styles from './recent-tasks.module.css';

/** The newest tasks and how they stand. */
export const RecentTasks = ({ tasks }: { tasks: readonly RecentTask[] }) => {
  const nowMs = useServerNow();
  const rowHeightPx = useRowHeightPx();
  if (tasks.length === 0) return <p className={styles['none']}>No task yet.</p>;
  return (
    <ul className={styles['list']}>
      {tasks.map((task) => (
        <li key={task.id} style={{ minHeight: rowHeightPx }}>
          <RiskMark risk={task.risk} />
          <Link to="/tasks/$id" params={{ id: task.id }} className={styles['goal'] ?? ''}>
            <VisibleText text={task.goal} />
          </Link>
          <span className={styles['who']}>
            <PrincipalChip principal={task.submittedBy} />
          </span>
          <span className={styles['environment']}>
            <EnvironmentPill environment={task.environment} />
          </span>
          <span className={styles['status']}>
            <TaskStatusMark
              status={task.status}
              mode={task.mode}
              cancelRequestedAt={task.cancelRequestedAt}
            />
          </span>
          <time className={styles['age']} dateTime={task.createdAt}>
            {formatAge(nowMs - Date.parse(task.createdAt))}
          </time>
        </li>
      ))}
    </ul>
  );
};
