import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatDate } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { TaskStatusMark } from '../../vocabulary/task-status.tsx';
import { agentOptions, type AgentDetail } from './agent-data.ts';
import styles from './agents.module.css';
import { Levels } from './levels.tsx';

const Record = ({ agent: { record, days } }: { agent: AgentDetail }) => {
  const scores = days.map(({ score }) => score);
  const newest = scores.findLast((score) => score !== null) ?? null;
  const rating = record.rated > 0 ? `${(record.stars / record.rated).toFixed(1)} of 5` : 'none';
  return (
    <Panel title={`Track record of ${record.windowDays} days`}>
      <Facts className={styles['counts']}>
        <Fact label="Succeeded" value={`${record.succeeded}`} />
        <Fact label="Failed" value={`${record.failed}`} />
        <Fact label="Rolled back" value={`${record.rolledBack}`} />
        <Fact label="Needed a person" value={`${record.needsAttention}`} />
        <Fact label="Approved" value={`${record.approved}`} />
        <Fact label="Rejected" value={`${record.rejected}`} />
        <Fact label="Rated" value={rating} />
        <Fact label="Found at fault" value={`${record.faults}`} />
      </Facts>
      <p className={styles['score']}>
        {newest === null ? 'No plan of it was scored yet.' : `Mean score of its last day: ${newest}`}
        <Sparkline values={scores} tone="var(--blue)" />
      </p>
    </Panel>
  );
};

const Tasks = ({ tasks }: { tasks: AgentDetail['recentTasks'] }) => (
  <Panel title="Recent tasks" isFlush>
    {tasks.length === 0 ? (
      <EmptyState title="It has submitted nothing yet" />
    ) : (
      <ul className={styles['rows']} aria-label="Recent tasks">
        {tasks.map(({ id, goal, status, mode, cancelRequestedAt, createdAt, decision }) => (
          <li key={id} className={styles['task']}>
            <TaskStatusMark status={status} mode={mode} cancelRequestedAt={cancelRequestedAt} />
            <Link to="/tasks/$id" params={{ id }} className="one-line">
              <VisibleText text={goal} />
            </Link>
            <span className="muted">
              {decision?.quality ? `score ${decision.quality.total} · ` : ''}
              <time dateTime={createdAt}>{formatDate(createdAt)}</time>
            </span>
          </li>
        ))}
      </ul>
    )}
  </Panel>
);

const Feedback = ({ feedback }: { feedback: AgentDetail['feedback'] }) =>
  feedback.length === 0 ? null : (
    <Panel title="Feedback" isFlush>
      <ul className={styles['rows']} aria-label="Feedback">
        {feedback.map(({ id, taskId, executionQuality, notes, isOwn, at, by }) => (
          <li key={id}>
            <b>{executionQuality} of 5</b>
            <Link to="/tasks/$id" params={{ id: taskId }} className="in-text one-line">
              <VisibleText text={notes ?? 'no words'} />
            </Link>
            <span className="muted">
              <VisibleText text={by?.name ?? 'somebody'} />
              {isOwn ? ' (own work)' : ''} · <time dateTime={at}>{formatDate(at)}</time>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );

/** One agent: how much it may do, and what came of what it did. */
export const AgentScreen = ({ id }: { id: string }) => {
  const { data, error, refetch } = useQuery(agentOptions(id));
  const agent = data?.agent;
  return (
    <Page
      title={agent?.principal.name ?? 'Agent'}
      width={1100}
      about="What came of its work, and how much it may do without a person."
    >
      <p>
        <Link to="/agents" className="in-text">
          All agents
        </Link>{' '}
        ·{' '}
        <Link to="/grants" className="in-text">
          Standing grants
        </Link>
      </p>
      {error && !data ? (
        <ErrorPanel title="The agent could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : agent ? (
        <div className={styles['cards']}>
          <Record agent={agent} />
          <Levels title="Autonomy" about="by environment" autonomy={agent.autonomy} agent={agent.principal} />
          <Tasks tasks={agent.recentTasks} />
          <Feedback feedback={agent.feedback} />
        </div>
      ) : (
        <SkeletonRows count={3} height={150} />
      )}
    </Page>
  );
};
