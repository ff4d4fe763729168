import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import disclosure from '../../components/disclosure.module.css';
import { formatDuration } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import styles from './specialists.module.css';
import { specialistsOptions, type Specialist } from './specialists-data.ts';

const dollars = (micros: number): string => `$${(micros / 1_000_000).toFixed(2)}`;

/** What its plans came to, in a line. */
export const trackWords = ({
  planned,
  refused,
  succeeded,
  failed,
  rejected,
}: Specialist['track']): string => {
  if (planned + refused === 0) return 'nothing asked of it yet';
  const parts = [
    [refused, 'without a plan'],
    [succeeded, 'succeeded'],
    [failed, 'failed'],
    [rejected, 'rejected'],
  ] as const;
  return [
    `${planned} planned`,
    ...parts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])),
  ].join(', ');
};

const Row = ({ specialist }: { specialist: Specialist }) => {
  const { name, title, purpose, tools, actions, budget, autonomyLevel, planner, track } = specialist;
  return (
    <li>
      <details className={`${disclosure['disclosure'] ?? ''} ${styles['one'] ?? ''}`}>
        <summary>
          <span>
            <b>{title}</b> <code>{name}</code>
          </span>
          <span>{purpose}</span>
          <span className="muted">{trackWords(track)}</span>
        </summary>
        <dl className={styles['facts']}>
          <dt>Planned by</dt>
          <dd>{planner === 'scripted' ? 'the scripted planner; no model is configured' : planner}</dd>
          <dt>Reads with</dt>
          <dd>{tools.join(', ')}</dd>
          <dt>May propose</dt>
          <dd>{actions.map(({ type }) => type).join(', ')}</dd>
          <dt>May spend</dt>
          <dd>
            {budget.tokens.toLocaleString('en')} tokens, {budget.toolCalls} tool calls,{' '}
            {formatDuration(budget.timeMs)}, {dollars(budget.costMicros)} on a plan
          </dd>
          <dt>Spent</dt>
          <dd>
            {track.tokens.toLocaleString('en')} tokens, {dollars(track.costMicros)} within ninety days
          </dd>
          <dt>Asks people</dt>
          <dd>{autonomyLevel === 0 ? 'about each of its plans' : 'where policy says so'}</dd>
        </dl>
      </details>
    </li>
  );
};

/** Those who plan goals that come in words, and what their plans came to. */
export const Specialists = () => {
  const { data, error, refetch } = useQuery(specialistsOptions());
  return (
    <>
      <p className={styles['about']}>
        <Link to="/ask" className="in-text">
          Ask for something in words
        </Link>
        . Counts are of the last ninety days.
      </p>
      <Panel title="Specialists" isFlush aside={data ? data.specialists.length : null}>
        {error && !data ? (
          <ErrorPanel
            title="The specialists could not be loaded."
            error={error}
            onRetry={() => void refetch()}
          />
        ) : data ? (
          <ul className={styles['list']} aria-label="Specialists">
            {data.specialists.map((specialist) => (
              <Row key={specialist.name} specialist={specialist} />
            ))}
          </ul>
        ) : (
          <SkeletonRows count={10} height={40} />
        )}
      </Panel>
    </>
  );
};
