import type { MetricsWindow } from '@countersign/shared';
import { formatClock, formatDuration } from '../../components/duration.ts';
import type { Metrics } from './overview-data.ts';
import { perMinute } from './rates.ts';

export const windowWords: Readonly<Record<MetricsWindow, string>> = {
  LAST_HOUR: 'the last hour',
  LAST_6_HOURS: 'the last 6 hours',
  LAST_24_HOURS: 'the last 24 hours',
  LAST_7_DAYS: 'the last 7 days',
};

/** The chart in one sentence. */
export const throughputSummary = ({ window, total, failed, p95ExecutionMs, timeline }: Metrics): string => {
  if (total === 0) return `Nothing ran in ${windowWords[window]}.`;
  const rates = perMinute(timeline);
  const busiest = rates.indexOf(Math.max(...rates));
  const peak = timeline[busiest];
  const p95 = p95ExecutionMs === null ? '' : `, p95 ${formatDuration(p95ExecutionMs)}`;
  const at = peak
    ? `; busiest around ${formatClock(peak.at)} with ${(rates[busiest] ?? 0).toFixed(1)} a minute`
    : '';
  return `In ${windowWords[window]} ${total} actions ran, ${failed} failed${p95}${at}.`;
};
