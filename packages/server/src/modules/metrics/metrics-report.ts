import type { MetricsWindow } from '@countersign/shared';
import type {
  ApprovalFigures,
  ApprovalMetrics,
  WaitingForHuman,
  WindowShape,
} from '../../record/metrics-store.ts';
import type { StepFigures } from '../../record/merged-figures.ts';

export type { ApprovalMetrics, WaitingForHuman };

/** How a tenant's actions went over a window. Times are milliseconds, rates 0 to 1; null where nothing ended. */
export interface MetricsReport {
  readonly window: MetricsWindow;
  readonly platform: string | null;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly successRate: number | null;
  readonly averageExecutionMs: number | null;
  readonly p95ExecutionMs: number | null;
  readonly averageQueueMs: number | null;
  readonly retryRate: number | null;
  readonly fallbackRate: number | null;
  readonly actionsPerMinute: number;
  readonly byPlatform: readonly PlatformMetrics[];
  readonly timeline: readonly MetricsPoint[];
  readonly waiting: WaitingForHuman;
  readonly approvals: ApprovalMetrics;
  readonly asOf: Date;
}

export interface PlatformMetrics {
  readonly platform: string;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly averageExecutionMs: number | null;
}

export interface MetricsPoint {
  /** When the point begins; it ends where the next one begins. */
  readonly at: Date;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly averageExecutionMs: number | null;
  readonly p95ExecutionMs: number | null;
  /** Requests that were open when the point ended. */
  readonly waiting: number;
}

/** Actions of the last minute. */
export interface MetricsSample {
  readonly at: Date;
  readonly actionsPerMinute: number;
  readonly successRate: number | null;
  readonly averageExecutionMs: number | null;
  readonly queueDepth: number;
}

const minuteMs = 60_000;

export const windowShapes: Readonly<Record<MetricsWindow, WindowShape>> = {
  LAST_HOUR: { points: 60, pointMs: minuteMs },
  LAST_6_HOURS: { points: 72, pointMs: 5 * minuteMs },
  LAST_24_HOURS: { points: 96, pointMs: 15 * minuteMs },
  LAST_7_DAYS: { points: 168, pointMs: 60 * minuteMs },
};

export const reportOf = (
  window: MetricsWindow,
  platform: string | null,
  { span, overall, ...steps }: StepFigures,
  { waiting, approvals, changes }: ApprovalFigures,
): MetricsReport => {
  const { total, succeeded } = overall;
  return {
    window,
    platform,
    total,
    succeeded,
    failed: total - succeeded,
    successRate: rate(succeeded, total),
    averageExecutionMs: overall.averageExecutionMs,
    p95ExecutionMs: overall.p95ExecutionMs,
    averageQueueMs: overall.averageQueueMs,
    retryRate: overall.retryRate,
    fallbackRate: overall.fallbackRate,
    actionsPerMinute: total / ((span.until.getTime() - span.since.getTime()) / minuteMs),
    byPlatform: steps.byPlatform.map((part) => ({
      platform: part.platform,
      total: part.total,
      succeeded: part.succeeded,
      failed: part.total - part.succeeded,
      averageExecutionMs: part.averageExecutionMs,
    })),
    timeline: timelineOf(windowShapes[window], span.since, steps.byPoint, changes),
    waiting,
    approvals,
    asOf: span.until,
  };
};

export const rate = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Every point of the window, those without any step too. */
const timelineOf = (
  { points, pointMs }: WindowShape,
  since: Date,
  steps: StepFigures['byPoint'],
  changes: ApprovalFigures['changes'],
): MetricsPoint[] => {
  const stepsAt = new Map(steps.map((point) => [point.at.getTime(), point]));
  const changeAt = new Map(changes.map(({ at, change }) => [at.getTime(), change]));
  let waiting = 0;
  return Array.from({ length: points }, (_, index) => {
    const at = since.getTime() + index * pointMs;
    const point = stepsAt.get(at);
    waiting += changeAt.get(at) ?? 0;
    return {
      at: new Date(at),
      total: point?.total ?? 0,
      succeeded: point?.succeeded ?? 0,
      failed: (point?.total ?? 0) - (point?.succeeded ?? 0),
      averageExecutionMs: point?.averageExecutionMs ?? null,
      p95ExecutionMs: point?.p95ExecutionMs ?? null,
      waiting,
    };
  });
};
