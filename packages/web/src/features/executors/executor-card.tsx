import { useId } from 'react';
import { formatAgo, formatDuration } from '../../components/duration.ts';
import { Pill } from '../../components/pill.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import {
  ActionTypes,
  Breaker,
  ExecutorFact,
  ExecutorFacts,
  LastCall,
  RateLimit,
} from '../../vocabulary/executor-facts.tsx';
import { HealthPill } from '../../vocabulary/health-pill.tsx';
import { ExecutorActs } from './executor-acts.tsx';
import type { Executor } from './executors-data.ts';
import styles from './executors.module.css';

const done = { OPEN: 'Opened', DRAIN: 'Drained', CLOSE: 'Closed' } as const;

const Control = ({ control }: { control: NonNullable<Executor['control']> }) => {
  const nowMs = useServerNow();
  return (
    <p className={styles['control']} data-mode={control.mode}>
      <strong>{done[control.mode]}</strong> by <VisibleText text={control.by} />{' '}
      {formatAgo(nowMs - Date.parse(control.at))}: <VisibleText text={control.reason} />
    </p>
  );
};

const response = ({ p50ResponseMs: p50, p95ResponseMs: p95 }: Executor): string =>
  p50 === null || p95 === null ? 'no call lately' : `${formatDuration(p50)} p50, ${formatDuration(p95)} p95`;

/** Of all steps that wait or run, those for this platform. */
const queueWords = ({ load: { waiting, held, running } }: Executor, total: number): string => {
  const count = waiting + held + running;
  if (count === 0) return 'nothing waits, nothing runs';
  const parts = [`${running} run`, `${waiting} wait`, ...(held > 0 ? [`${held} held`] : [])];
  return `${parts.join(', ')}; ${Math.round((count / Math.max(total, count)) * 100)}% of the queue`;
};

/** One platform: what stands between us and it, how it does, and what an operator says of it. */
export const ExecutorCard = ({ executor, total }: { executor: Executor; total: number }) => {
  const id = useId();
  return (
    <li className={styles['card']} aria-labelledby={id}>
      <header>
        <h2 id={id}>{executor.platform}</h2>
        <span className={styles['pills']}>
          {executor.isSandbox ? <Pill isOutlined>sandbox</Pill> : null}
          <HealthPill status={executor.status} />
        </span>
      </header>
      {executor.control ? <Control control={executor.control} /> : null}
      <ExecutorFacts>
        <ExecutorFact name="Breaker">
          <Breaker breaker={executor.circuitBreaker} />
        </ExecutorFact>
        <ExecutorFact name="Rate limit">
          <RateLimit limit={executor.rateLimit} />
        </ExecutorFact>
        <ExecutorFact name="Response">{response(executor)}</ExecutorFact>
        <ExecutorFact name="Last success">
          <LastCall at={executor.lastSuccessAt} />
        </ExecutorFact>
        <ExecutorFact name="Last failure">
          <LastCall at={executor.lastFailureAt} />
        </ExecutorFact>
        <ExecutorFact name="Queue">{queueWords(executor, total)}</ExecutorFact>
      </ExecutorFacts>
      <ActionTypes types={executor.actionTypes} />
      {executor.viewerCanControl ? (
        <div className={styles['acts']}>
          <ExecutorActs executor={executor} />
        </div>
      ) : null}
    </li>
  );
};
