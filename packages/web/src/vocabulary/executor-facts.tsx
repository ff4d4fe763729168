import type { BreakerState } from '@countersign/shared';
import type { ReactNode } from 'react';
import { formatAgo, formatCountdown } from '../components/duration.ts';
import { useServerNow } from '../components/use-now.ts';
import styles from './executor-facts.module.css';

interface ShownBreaker {
  readonly state: BreakerState;
  readonly failureCount: number;
  readonly opensAt: number;
  readonly nextProbeAt: string | null;
}

interface ShownLimit {
  readonly current: number;
  readonly limit: number;
  readonly resetAt: string;
}

const gaps: Readonly<Record<BreakerState, ReactNode>> = {
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

/** Whether calls go through, and when it is tried again. */
export const Breaker = ({ breaker }: { breaker: ShownBreaker }) => {
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

/** How long ago a call ended. */
export const LastCall = ({ at }: { at: string | null }) => {
  const nowMs = useServerNow();
  return <>{at === null ? 'none yet' : formatAgo(nowMs - Date.parse(at))}</>;
};

/** How much of a platform's limit is used, and until when. */
export const RateLimit = ({ limit }: { limit: ShownLimit }) => {
  const nowMs = useServerNow();
  const leftMs = Date.parse(limit.resetAt) - nowMs;
  return (
    <>
      {limit.current.toLocaleString('en')} of {limit.limit.toLocaleString('en')}
      {limit.current > 0 && leftMs > 0 ? `, resets in ${formatCountdown(leftMs)}` : null}
    </>
  );
};

export const ExecutorFact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

export const ExecutorFacts = ({ children }: { children: ReactNode }) => (
  <dl className={styles['facts']}>{children}</dl>
);

export const ActionTypes = ({ types }: { types: readonly string[] }) => (
  <p className={styles['types']}>
    {types.map((type) => (
      <code key={type}>{type}</code>
    ))}
  </p>
);
