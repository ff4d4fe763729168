import { formatDuration } from '../../components/duration.ts';
import {
  ActionTypes,
  Breaker,
  ExecutorFact,
  ExecutorFacts,
  LastCall,
  RateLimit,
} from '../../vocabulary/executor-facts.tsx';
import { HealthPill } from '../../vocabulary/health-pill.tsx';
import styles from './executors.module.css';
import type { Executor } from './overview-data.ts';

const Card = ({ executor }: { executor: Executor }) => (
  <li className={styles['card']}>
    <header>
      <h3>{executor.platform}</h3>
      <HealthPill status={executor.status} />
    </header>
    <ExecutorFacts>
      <ExecutorFact name="Breaker">
        <Breaker breaker={executor.circuitBreaker} />
      </ExecutorFact>
      <ExecutorFact name="Rate limit">
        <RateLimit limit={executor.rateLimit} />
      </ExecutorFact>
      <ExecutorFact name="Response">
        {executor.averageResponseMs === null
          ? 'no call yet'
          : `${formatDuration(executor.averageResponseMs)} mean${
              executor.p95ResponseMs === null ? '' : `, ${formatDuration(executor.p95ResponseMs)} p95`
            }`}
      </ExecutorFact>
      <ExecutorFact name="Last success">
        <LastCall at={executor.lastSuccessAt} />
      </ExecutorFact>
      {executor.lastFailureAt === null ? null : (
        <ExecutorFact name="Last failure">
          <LastCall at={executor.lastFailureAt} />
        </ExecutorFact>
      )}
    </ExecutorFacts>
    <ActionTypes types={executor.actionTypes} />
  </li>
);

/** What stands between us and each platform, and how it does. */
export const Executors = ({ executors }: { executors: readonly Executor[] }) =>
  executors.length === 0 ? (
    <p className={styles['none']}>No executor is registered.</p>
  ) : (
    <ul className={styles['cards']}>
      {executors.map((executor) => (
        <Card key={executor.platform} executor={executor} />
      ))}
    </ul>
  );
