import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { formatAge, formatDate, formatDuration } from '../../components/duration.ts';
import { Skeleton } from '../../components/skeleton.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { formatPercent } from './format-percent.ts';
import styles from './metric-tiles.module.css';
import type { Metrics, MetricsSample } from './overview-data.ts';
import { formatRate, perMinute } from './rates.ts';

const Tile = ({
  label,
  value,
  more,
  asOf,
  children,
}: {
  label: string;
  value: ReactNode;
  more: ReactNode;
  asOf: string;
  children: ReactNode;
}) => (
  <section className={styles['tile']} aria-label={label} title={`As of ${formatDate(asOf)}`}>
    <h2>{label}</h2>
    <p className={styles['value']}>{value}</p>
    <p className={styles['more']}>{more}</p>
    {children}
  </section>
);

export const MetricTiles = ({ metrics, sample }: { metrics: Metrics; sample: MetricsSample | null }) => {
  const { timeline, waiting, successRate, p95ExecutionMs, asOf } = metrics;
  return (
    <div className={styles['tiles']}>
      <Tile
        label="Waiting for a human"
        asOf={asOf}
        value={
          <Link to="/approvals" search={{ view: 'ALL' }} className={styles['link'] ?? ''}>
            {waiting.count.toLocaleString('en')}
          </Link>
        }
        more={waiting.oldestAgeMs === null ? 'nothing waits' : `oldest ${formatAge(waiting.oldestAgeMs)}`}
      >
        <Sparkline tone="var(--violet)" values={timeline.map((point) => point.waiting)} />
      </Tile>
      <Tile
        label="Success rate"
        asOf={asOf}
        value={successRate === null ? '–' : formatPercent(successRate)}
        more={`${metrics.succeeded.toLocaleString('en')} succeeded, ${metrics.failed.toLocaleString('en')} failed`}
      >
        <Sparkline
          tone="var(--green)"
          values={timeline.map(({ succeeded, failed }) =>
            succeeded + failed === 0 ? null : succeeded / (succeeded + failed),
          )}
        />
      </Tile>
      <Tile
        label="p95 execution"
        asOf={asOf}
        value={p95ExecutionMs === null ? '–' : formatDuration(p95ExecutionMs)}
        more={
          metrics.averageExecutionMs === null
            ? 'nothing ran'
            : `mean ${formatDuration(metrics.averageExecutionMs)}`
        }
      >
        <Sparkline tone="var(--orange)" values={timeline.map((point) => point.p95ExecutionMs)} />
      </Tile>
      <Tile
        label="Actions per minute"
        asOf={asOf}
        value={formatRate(metrics.actionsPerMinute)}
        more={`${metrics.total.toLocaleString('en')} in all${
          sample ? `, now ${formatRate(sample.actionsPerMinute)}` : ''
        }`}
      >
        <Sparkline tone="var(--blue)" values={perMinute(timeline)} />
      </Tile>
    </div>
  );
};

export const MetricTilesSkeleton = () => (
  <div className={styles['tiles']} role="status" aria-label="Loading">
    {[0, 1, 2, 3].map((tile) => (
      <div key={tile} className={styles['tile']}>
        <Skeleton width="42%" height={16} />
        <Skeleton width="30%" height={32} />
        <Skeleton width="60%" height={24} />
        <Skeleton width="100%" height={34} />
      </div>
    ))}
  </div>
);
