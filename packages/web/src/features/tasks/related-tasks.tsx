import { Link } from '@tanstack/react-router';
import { formatCount } from '../../components/count.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { TaskStatusMark } from '../../vocabulary/task-status.tsx';
import styles from './related-tasks.module.css';
import type { TaskDetail } from './task-detail.ts';

type Related = TaskDetail['children']['nodes'][number];

const Task = ({ task: { id, goal, status, mode, cancelRequestedAt } }: { task: Related }) => (
  <>
    <TaskStatusMark status={status} mode={mode} cancelRequestedAt={cancelRequestedAt} />
    <Link to="/tasks/$id" params={{ id }}>
      <VisibleText text={goal} />
    </Link>
  </>
);

/** What this task is a part of, and its own parts. */
export const RelatedTasks = ({ task: { parent, children } }: { task: TaskDetail }) =>
  parent === null && children.nodes.length === 0 ? null : (
    <section className={styles['related']} aria-label="Related tasks">
      {parent ? (
        <p className={styles['task']}>
          <span className="muted">Part of</span>
          <Task task={parent} />
        </p>
      ) : null}
      {children.nodes.length > 0 ? (
        <>
          <p className="muted">
            {children.totalCount === 1 ? 'Its one part' : `Its ${formatCount(children.totalCount)} parts`}
            {children.totalCount > children.nodes.length ? `, the latest ${children.nodes.length}` : ''}:
          </p>
          <ul className={styles['parts']}>
            {children.nodes.map((child) => (
              <li key={child.id} className={styles['task']}>
                <Task task={child} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
