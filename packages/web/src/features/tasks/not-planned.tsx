import { IconAlertTriangle, IconMessageQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Notice } from '../../components/notice.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { TaskDetail } from './task-detail.ts';
import styles from './task-outcome.module.css';

/** What of a task says that it has no plan, and how it can be asked for anew. */
export type Unplanned = Pick<TaskDetail, 'status' | 'revision' | 'agent' | 'error' | 'goal' | 'environment'>;

/** Whether it ended before its goal was a plan. */
export const isUnplannedGoal = ({ status, revision, agent, error }: Unplanned): boolean =>
  status === 'FAILED' && revision === 0 && (agent !== null || error?.code === 'GOAL_WITHOUT_ACTIONS');

/** What an agent has to know before it can plan, and the way to say so. */
export const NotPlanned = ({ task }: { task: Unplanned }) => {
  const { goal, environment, agent, error } = task;
  const isQuestion = error?.code === 'GOAL_WITHOUT_ACTIONS';
  const again = (
    <Link
      to="/ask"
      state={{ ask: { goal, environment, agent } }}
      className={styles['action'] ?? ''}
      data-size="small"
      data-look="primary"
    >
      Ask again
    </Link>
  );
  return (
    <Notice
      tone={isQuestion ? 'amber' : 'red'}
      icon={
        isQuestion ? (
          <IconMessageQuestion size={17} stroke={1.8} />
        ) : (
          <IconAlertTriangle size={17} stroke={1.8} />
        )
      }
      action={again}
    >
      <p>
        <b>{isQuestion ? 'There is no plan yet. Its agent asks:' : 'It could not be planned.'}</b>{' '}
        <VisibleText text={error?.message ?? ''} />
      </p>
      <p className="muted">Nothing happened. Ask again with what is missing: your words are kept.</p>
    </Notice>
  );
};
