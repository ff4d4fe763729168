import { mostCounted } from '@countersign/shared';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { formatCount } from '../../components/count.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { priorityWords } from '../../vocabulary/priority-bars.tsx';
import { riskWords } from '../../vocabulary/risk-mark.tsx';
import { taskStatusWord } from '../../vocabulary/task-status.tsx';
import styles from './plain-task-table.module.css';
import type { TaskRow } from './task-list.ts';
import { TaskAge, TaskDuration } from './task-times.tsx';

/** So many rows are in the document at once; the next as many come when they are asked for. */
export const plainRows = 200;

export interface PlainTaskTableProps {
  readonly tasks: readonly TaskRow[];
  readonly totalCount: number;
  /** Whether there are tasks behind those that are loaded. */
  readonly hasMore: boolean;
  readonly onReachEnd: () => void;
}

/** The same tasks as a table like any other: every row is there, for a screen reader, for search in the page, for paper. */
export const PlainTaskTable = ({ tasks, totalCount, hasMore, onReachEnd }: PlainTaskTableProps) => {
  const [limit, setLimit] = useState(plainRows);
  const isShort = tasks.length < limit && hasMore;
  useEffect(() => {
    if (isShort) onReachEnd();
  }, [isShort, tasks.length, onReachEnd]);
  const shown = tasks.slice(0, limit);
  return (
    <div className={styles['scroller']} tabIndex={0} role="region" aria-label="Tasks as a plain table">
      <table className={styles['table']}>
        <caption>
          {shown.length === totalCount && totalCount < mostCounted
            ? `All ${formatCount(totalCount)}`
            : `The newest ${shown.length.toLocaleString('en')} of ${formatCount(totalCount)}`}{' '}
          tasks
        </caption>
        <thead>
          <tr>
            {['Goal', 'Status', 'Risk', 'Agent', 'Environment', 'Priority', 'Age', 'Duration'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((task) => (
            <tr key={task.id}>
              <th scope="row">
                <Link to="/tasks/$id" params={{ id: task.id }}>
                  <VisibleText text={task.goal} />
                </Link>
              </th>
              <td>{taskStatusWord(task.status, task.mode, task.cancelRequestedAt, task.hold !== null)}</td>
              <td>{task.risk === null ? '–' : riskWords[task.risk]}</td>
              <td>
                <VisibleText text={task.submittedBy.name} />
              </td>
              <td>
                <EnvironmentPill environment={task.environment} />
              </td>
              <td>{priorityWords[task.priority]}</td>
              <td>
                <TaskAge at={task.createdAt} />
              </td>
              <td>
                <TaskDuration task={task} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {limit < tasks.length || hasMore ? (
        <Button onClick={() => setLimit(limit + plainRows)}>Show {plainRows} more</Button>
      ) : null}
    </div>
  );
};
