import { isFinalStatus } from '@countersign/shared';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { CopyButton } from '../../components/copy-button.tsx';
import { formatDate, formatDuration } from '../../components/duration.ts';
import { Fact as AnyFact, Facts } from '../../components/facts.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { PriorityBars } from '../../vocabulary/priority-bars.tsx';
import { RiskMark } from '../../vocabulary/risk-mark.tsx';
import type { TaskDetail } from './task-detail.ts';
import styles from './task-facts.module.css';
import { ranUntil, SoFar } from './task-times.tsx';

const Fact = ({ more, children, ...rest }: { label: string; children: ReactNode; more?: string | null }) => (
  <AnyFact {...rest} value={children} whole={more ?? undefined}>
    {more ? <VisibleText text={more} /> : null}
  </AnyFact>
);

const modes: Readonly<Record<TaskDetail['mode'], { word: string; more: string }>> = {
  APPLY: { word: 'Apply', more: 'plans, then runs' },
  PLAN: { word: 'Plan only', more: 'nothing runs' },
  NOOP: { word: 'No-op', more: 'goes the whole way, changes nothing' },
};

const Queue = ({ task }: { task: TaskDetail }) =>
  task.status === 'QUEUED' ? (
    <Fact
      label="Queue"
      more={task.estimatedWaitMs === null ? null : `about ${formatDuration(task.estimatedWaitMs)} to wait`}
    >
      {task.queuePosition === null ? 'In line' : `Position ${task.queuePosition}`}
    </Fact>
  ) : null;

const Took = ({ task }: { task: TaskDetail }) => {
  const nowMs = useServerNow();
  if (!task.startedAt) return <Fact label="Ran">{isFinalStatus(task.status) ? 'Never' : 'Not yet'}</Fact>;
  const fromMs = Date.parse(task.startedAt);
  if (task.status === 'RUNNING') {
    return (
      <Fact label="Ran" more="so far">
        {formatDuration(nowMs - fromMs)}
      </Fact>
    );
  }
  const endedAt = ranUntil(task);
  if (endedAt === null)
    return (
      <Fact label="Began" more={task.status === 'PAUSED' ? 'paused now' : 'waits to begin anew'}>
        {formatDate(task.startedAt)}
      </Fact>
    );
  return (
    <Fact label="Ran" more={`ended ${formatDate(endedAt)}`}>
      {formatDuration(Date.parse(endedAt) - fromMs)}
    </Fact>
  );
};

const LetThrough = ({ grant }: { grant: NonNullable<TaskDetail['grant']> }) => {
  const by = [grant.by?.name, grant.approvedBy?.name].filter((name) => name !== undefined).join(' and ');
  return (
    <Fact label="Let through by" more={`for ${grant.target}`}>
      <Link to="/grants" hash={grant.id} className="in-text">
        the grant of <VisibleText text={by} />
      </Link>
    </Fact>
  );
};

/** The first of its digits are enough to tell it by. */
const Trace = ({ traceId, traceUrl }: { traceId: string; traceUrl: string | null }) => {
  const shown = <code title={traceId}>{traceId.slice(0, 8)}</code>;
  return (
    <Fact label="Trace">
      <span className={styles['trace']}>
        {traceUrl === null ? (
          shown
        ) : (
          <a href={traceUrl} target="_blank" rel="noreferrer" className="in-text">
            {shown}
          </a>
        )}
        <CopyButton value={traceId} label="Copy trace id" />
      </span>
    </Fact>
  );
};

/** The task's standing facts. */
export const TaskFacts = ({ task }: { task: TaskDetail }) => (
  <Facts className={styles['facts']}>
    <Fact label="Risk" more={task.plan?.riskFactors[0] ?? null}>
      {task.risk === null ? 'Not known' : <RiskMark risk={task.risk} withWord />}
    </Fact>
    <Fact label="Priority">
      <PriorityBars priority={task.priority} withWord />
    </Fact>
    <Fact label="Mode" more={modes[task.mode].more}>
      {modes[task.mode].word}
    </Fact>
    <Fact label="Submitted" more={task.source ? `from ${task.source}` : null}>
      {formatDate(task.createdAt)}
    </Fact>
    {task.grant ? <LetThrough grant={task.grant} /> : null}
    <Queue task={task} />
    {task.status === 'PLANNING' ? (
      <Fact label="Planning" more="so far">
        <SoFar fromMs={Date.parse(task.updatedAt)} />
      </Fact>
    ) : null}
    <Took task={task} />
    {task.traceId === null ? null : <Trace traceId={task.traceId} traceUrl={task.traceUrl} />}
  </Facts>
);
