import type { BreakerState } from '@countersign/shared';
import { formatAgo, formatCountdown, formatDuration } from '../../components/duration.ts';
import { useServerNow } from '../../components/use-now.ts';
import styles from './executors.module.css';
import { HealthPill } from './health-pill.tsx';
import type { Executor } from './overview-data.ts';

const gaps: Readonly<Record<BreakerState, React.ReactNode>> = {
  CLOSED: <path d="M1 7h24" />,
  OPEN: <path d="M1 7h7M18 7h7M8 7l8-5" />,
  HALF_OPEN: <path d="M1 7h7M18 7h7M10 7h2M14 7h2" />,
};

const breakerWords: Readonly<Record<BreakerState, string>> = {
  CLOSED: 'closed',
  OPEN: 'open',
  HALF_OPEN: 'half open, probing',
};

/** Nobody probes by itself: once the pause is over, the next request does. */
const probeWords = (leftMs: number): string =>
  leftMs > 0 ? `, nothing is sent, probe in ${formatCountdown(leftMs)}` : ', the next request is the probe';

const Breaker = ({ breaker }: { breaker: Executor['circuitBreaker'] }) => {
  const nowMs = useServerNow();
  return (
    <span className={styles['breaker']} data-state={breaker.state}>
      <svg width="26" height="10" viewBox="0 0 26 10" aria-hidden>
        {gaps[breaker.state]}
      </svg>
      {breakerWords[breaker.state]}
      {breaker.state === 'CLOSED' && breaker.failureCount > 0
        ? `, ${breaker.failureCount} of ${breaker.opensAt} failures`
        : null}
      {breaker.state === 'OPEN' && breaker.nextProbeAt
        ? probeWords(Date.parse(breaker.nextProbeAt) - nowMs)
        : null}
    </span>
  );
};

const LastCall = ({ at }: { at: string | null }) => {
  const nowMs = useServerNow();
  return <>{at === null ? 'none yet' : formatAgo(nowMs - Date.parse(at))}</>;
};

const RateLimit = ({ limit }: { limit: Executor['rateLimit'] }) => {
  const nowMs = useServerNow();
  const leftMs = Date.parse(limit.resetAt) - nowMs;
  return (
    <>
      {limit.current.toLocaleString('en')} of {limit.limit.toLocaleString('en')}
      {limit.current > 0 && leftMs > 0 ? `, resets in ${formatCountdown(leftMs)}` : null}
    </>
  );
};

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
