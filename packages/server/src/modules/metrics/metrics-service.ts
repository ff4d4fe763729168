import type { MetricsWindow } from '@countersign/shared';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../domain/principal.ts';
import type { QueueState } from '../../domain/queue.ts';
import type { Clock } from '../../infra/clock.ts';
import { createLiveValue, type LiveValue } from '../../infra/live-value.ts';
import type { Logger } from '../../infra/logger.ts';
import { createSharedRead } from '../../infra/shared-read.ts';
import { rate, reportOf, windowShapes, type MetricsReport, type MetricsSample } from './metrics-report.ts';
import type { MetricsStore } from '../../record/metrics-store.ts';

export interface MetricsService extends AsyncDisposable {
  /** Of the viewer's tenant; at most two seconds old, or older where reading takes long. */
  report(viewer: Principal, window: MetricsWindow, platform: string | null): Promise<MetricsReport>;
  /** How the last minute went: at once, and then every ten seconds. */
  follow(viewer: Principal): AsyncIterableIterator<MetricsSample>;
}

export interface MetricsServiceDependencies {
  readonly store: MetricsStore;
  readonly queue: { state(): Promise<QueueState> };
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ten seconds where left out. */
  readonly sampleEveryMs?: number;
}

const reportKeptMs = 2_000;
/** Reports remembered; a platform's name comes from the caller, so their number must have an end. */
const maxReports = 500;
const defaultSampleEveryMs = 10_000;
const sampleKeptMs = 1_000;
const sampleWindowMs = 60_000;

export const createMetricsService = (deps: MetricsServiceDependencies): MetricsService => {
  const { store, queue, clock, logger, sampleEveryMs = defaultSampleEveryMs } = deps;
  const reports = new LRUCache<string, () => Promise<MetricsReport>>({ max: maxReports });
  const samples = new Map<string, LiveValue<MetricsSample>>();

  const reportReading = (tenantId: string, window: MetricsWindow, platform: string | null) => {
    const key = JSON.stringify([tenantId, window, platform]);
    const known = reports.get(key);
    if (known) return known;
    const reading = createSharedRead(async () => {
      const { steps, approvals } = await store.readWindow(tenantId, windowShapes[window], platform);
      return reportOf(window, platform, steps, approvals);
    }, reportKeptMs);
    reports.set(key, reading);
    return reading;
  };

  const readSample = async (tenantId: string): Promise<MetricsSample> => {
    const [recent, state] = await Promise.all([store.readRecent(tenantId, sampleWindowMs), queue.state()]);
    return {
      at: clock.now(),
      actionsPerMinute: recent.total / (sampleWindowMs / 60_000),
      successRate: rate(recent.succeeded, recent.total),
      averageExecutionMs: recent.averageExecutionMs,
      queueDepth: state.totalQueued,
    };
  };

  const sampleOf = (tenantId: string): LiveValue<MetricsSample> => {
    const known = samples.get(tenantId);
    if (known) return known;
    const live = createLiveValue({
      name: 'metrics sample',
      read: createSharedRead(() => readSample(tenantId), Math.min(sampleKeptMs, sampleEveryMs)),
      everyMs: sampleEveryMs,
      isSame: () => false,
      logger,
    });
    samples.set(tenantId, live);
    return live;
  };

  return {
    report: ({ tenantId }, window, platform) => reportReading(tenantId, window, platform)(),
    follow: ({ tenantId }) => sampleOf(tenantId).follow(),
    async [Symbol.asyncDispose]() {
      await Promise.all([...samples.values()].map((live) => live[Symbol.asyncDispose]()));
    },
  };
};
