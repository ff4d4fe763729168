import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Journal } from '../../record/journal.ts';
import { createStateMetrics, type StateSources } from './state-metrics.ts';
import { createWorkMetrics } from './work-metrics.ts';

export interface ServedRequest {
  readonly method: string;
  /** The route's pattern, never the path itself: `/graphql`, or `unmatched`. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/** What Prometheus reads of this node. No label names a tenant, a person or a goal. */
export interface MetricsRegistry extends Disposable {
  readonly contentType: string;
  /** All metrics in Prometheus' text format. */
  render(): Promise<string>;
  observeRequest(request: ServedRequest): void;
}

export interface MetricsRegistryDependencies extends StateSources {
  readonly version: string;
  readonly journal: Pick<Journal, 'onCommitted'>;
  /** On every metric, such as environment, cluster and region. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Seconds. */
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const createMetricsRegistry = (deps: MetricsRegistryDependencies): MetricsRegistry => {
  const registry = new Registry();
  registry.setDefaultLabels({ ...deps.labels });
  const build = new Gauge({
    registers: [registry],
    name: 'countersign_build_info',
    help: 'Always 1; the version is its label.',
    labelNames: ['version'],
  });
  build.set({ version: deps.version }, 1);
  const count = createWorkMetrics(
    registry,
    deps.executors.report().map(({ platform }) => platform),
  );
  deps.journal.onCommitted(count);
  createStateMetrics(registry, deps);
  const observeRequest = createRequestMetrics(registry);
  collectDefaultMetrics({ register: registry });
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    observeRequest,
    [Symbol.dispose]: () => {
      registry.clear();
    },
  };
};

const createRequestMetrics = (registry: Registry): MetricsRegistry['observeRequest'] => {
  const requests = new Counter({
    registers: [registry],
    name: 'countersign_http_requests_total',
    help: 'HTTP requests answered.',
    labelNames: ['method', 'route', 'status'],
  });
  const durations = new Histogram({
    registers: [registry],
    name: 'countersign_http_request_duration_seconds',
    help: 'From a request to the end of its answer.',
    labelNames: ['method', 'route'],
    buckets: requestBuckets,
  });
  return ({ method, route, status, durationMs }) => {
    requests.inc({ method, route, status });
    durations.observe({ method, route }, durationMs / 1_000);
  };
};
