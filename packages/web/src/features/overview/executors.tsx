import { formatDuration } from '../../components/duration.ts';
import { Breaker, LastCall, RateLimit } from '../../vocabulary/executor-facts.tsx';
import { HealthPill } from '../../vocabulary/health-pill.tsx';
import styles from './executors.module.css';
import type { Executor } from './overview-data.ts';

const Card = ({ executor }: { executor: Executor }) => (
  <li className={styles['card']}>
    <header>
      <h3>{executor.platform}</h3>
      <HealthPill status={executor.status} />
    </header>
    <dl>
      <div>
        <dt>Breaker</dt>
        <dd>
          <Breaker breaker={executor.circuitBreaker} />
        </dd>
      </div>
      <div>
        <dt>Rate limit</dt>
        <dd>
          <RateLimit limit={executor.rateLimit} />
        </dd>
      </div>
      <div>
        <dt>Response</dt>
        <dd>
          {executor.averageResponseMs === null
            ? 'no call yet'
            : `${formatDuration(executor.averageResponseMs)} mean${
                executor.p95ResponseMs === null ? '' : `, ${formatDuration(executor.p95ResponseMs)} p95`
              }`}
        </dd>
      </div>
      <div>
        <dt>Last success</dt>
        <dd>
          <LastCall at={executor.lastSuccessAt} />
        </dd>
      </div>
      {executor.lastFailureAt === null ? null : (
        <div>
          <dt>Last failure</dt>
          <dd>
            <LastCall at={executor.lastFailureAt} />
          </dd>
        </div>
      )}
    </dl>
    <p className={styles['types']}>
      {executor.actionTypes.map((type) => (
        <code key={type}>{type}</code>
      ))}
    </p>
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
