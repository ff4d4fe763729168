import { lazy, Suspense, useMemo, useState } from 'react';
import { formatClock, formatDate, formatDuration } from '../../components/duration.ts';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import type { TimeSeries } from '../../components/time-chart.tsx';
import { decimalStep, durationStep } from '../../components/time-chart-steps.ts';
import type { Metrics } from './overview-data.ts';
import { formatRate, perMinute } from './rates.ts';
import styles from './throughput.module.css';
import { throughputSummary } from './throughput-summary.ts';

const TimeChart = lazy(() =>
  import('../../components/time-chart.tsx').then((m) => ({ default: m.TimeChart })),
);

const heightPx = 220;

const hourMs = 3_600_000;

/** Of a point: the clock says enough within a few hours. */
const timeOf = ({ timeline }: Metrics): ((at: string) => string) => {
  const [first, last] = [timeline[0], timeline.at(-1)];
  const spanMs = first && last ? Date.parse(last.at) - Date.parse(first.at) : 0;
  return spanMs > 12 * hourMs ? formatDate : formatClock;
};

const Table = ({ metrics }: { metrics: Metrics }) => (
  <div className={styles['scroller']} tabIndex={0} role="region" aria-label="Throughput as a table">
    <table className={styles['table']}>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">Actions</th>
          <th scope="col">Succeeded</th>
          <th scope="col">Failed</th>
          <th scope="col">p95</th>
        </tr>
      </thead>
      <tbody>
        {metrics.timeline.map((point) => (
          <tr key={point.at}>
            <th scope="row">{timeOf(metrics)(point.at)}</th>
            <td>{point.total}</td>
            <td>{point.succeeded}</td>
            <td>{point.failed}</td>
            <td>{point.p95ExecutionMs === null ? '–' : formatDuration(point.p95ExecutionMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

export const ThroughputSkeleton = () => (
  <Panel title="Throughput and latency" aside={<span className={styles['toggle-place']} />}>
    <Skeleton width="100%" height={heightPx} />
  </Panel>
);

/** How much ran, and how long it took; as a picture, a sentence and a table. */
export const Throughput = ({ metrics }: { metrics: Metrics }) => {
  const [pointed, setPointed] = useState<number | null>(null);
  const [isTable, setTable] = useState(false);
  const { timeline } = metrics;
  const times = useMemo(() => timeline.map(({ at }) => Date.parse(at) / 1_000), [timeline]);
  const series = useMemo(
    (): TimeSeries[] => [
      {
        label: 'Actions per minute',
        colour: '--blue',
        scale: 'left',
        isFilled: true,
        format: formatRate,
        step: decimalStep,
        values: perMinute(timeline),
      },
      {
        label: 'p95',
        colour: '--orange',
        scale: 'right',
        isFilled: false,
        format: (ms) => (ms === 0 ? '0' : formatDuration(ms).replace(/\.0+(?= )/u, '')),
        step: durationStep,
        values: timeline.map((point) => point.p95ExecutionMs),
      },
    ],
    [timeline],
  );
  const readout = (one: TimeSeries): string => {
    const value = pointed === null ? null : one.values[pointed];
    return value === null || value === undefined ? '' : one.format(value);
  };
  const at = pointed === null ? undefined : timeline[pointed]?.at;
  return (
    <Panel
      title="Throughput and latency"
      aside={
        <>
          <span className={styles['at']}>{at ? timeOf(metrics)(at) : ''}</span>
          {series.map((one) => (
            <span key={one.label} className={styles['key']}>
              <span style={{ background: `var(${one.colour})` }} aria-hidden />
              {one.label} <b>{readout(one)}</b>
            </span>
          ))}
          <button
            type="button"
            className={styles['toggle']}
            aria-pressed={isTable}
            onClick={() => setTable(!isTable)}
          >
            {isTable ? 'Chart' : 'Table'}
          </button>
        </>
      }
    >
      <p className="visually-hidden">{throughputSummary(metrics)}</p>
      {isTable ? (
        <Table metrics={metrics} />
      ) : metrics.total === 0 ? (
        <p className={styles['none']} style={{ height: heightPx }}>
          Nothing ran in this window.
        </p>
      ) : (
        <Suspense fallback={<Skeleton width="100%" height={heightPx} />}>
          <TimeChart times={times} series={series} height={heightPx} onPoint={setPointed} />
        </Suspense>
      )}
    </Panel>
  );
};
