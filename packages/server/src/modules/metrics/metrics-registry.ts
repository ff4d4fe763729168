import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Journal } from '../../record/journal.ts';
import { createAgentMetrics, type ToolCalled } from './agent-metrics.ts';
import { createIntentMetrics, type CountFiles, type IntentObserver } from './intent-metrics.ts';
import { createGroups, type MetricGroup } from './metric-groups.ts';
import { renderOlderNames } from './older-names.ts';
import { createOpenRegistry, openMetricsOf } from './open-metrics.ts';
import { createStateMetrics, type StateSources } from './state-metrics.ts';
import { createPlanMetrics, createWorkMetrics } from './work-metrics.ts';

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
  /** The same for who asks for OpenMetrics, with the traces of what took long. */
  readonly openMetrics: Pick<MetricsRegistry, 'contentType' | 'render'>;
  observeRequest(request: ServedRequest): void;
  observePlan(durationMs: number): void;
  countTool(call: ToolCalled): void;
  readonly intents: IntentObserver;
}

export interface MetricsRegistryDependencies extends StateSources {
  readonly version: string;
  readonly journal: Pick<Journal, 'onCommitted'>;
  /** On every metric, such as environment, cluster and region. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Those that are told; all but what is false here. */
  readonly groups?: Readonly<Partial<Record<MetricGroup, boolean>>>;
  /** Names of those that plan goals, and of what they may call. */
  readonly agents: readonly string[];
  readonly tools: readonly string[];
  readonly countFiles?: CountFiles;
  readonly porchMode?: string;
}

const noFiles: CountFiles = async () => ({ handoff: 0, processed: 0, failed: 0 });

/** Gauges of `prom-client` whose names are those of counters, and sums of what is told by type anyway. */
const misnamed = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

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
  const groups = deps.groups ?? {};
  const registryOf = createGroups(registry, groups);
  const traced = createOpenRegistry(deps.labels ?? {});
  const count = createWorkMetrics(
    registryOf('work'),
    traced,
    deps.executors.report().map(({ platform }) => platform),
  );
  const agents = createAgentMetrics(registryOf('agents'), deps);
  deps.journal.onCommitted((events) => {
    count(events);
    events.forEach(agents.count);
  });
  createStateMetrics(registryOf, deps);
  const intents = createIntentMetrics(registryOf('intents'), deps.countFiles ?? noFiles, deps.logger);
  if (groups.process !== false) collectDefaultMetrics({ register: registry });
  misnamed.forEach((name) => {
    registry.removeSingleMetric(name);
  });
  const { labels = {}, porchMode = 'structured' } = deps;
  const render = async (): Promise<string> =>
    (await registry.metrics()) +
    (groups.olderNames === false ? '' : await renderOlderNames(registry, { labels, porchMode }));
  return {
    contentType: registry.contentType,
    render,
    openMetrics: {
      contentType: Registry.OPENMETRICS_CONTENT_TYPE,
      render: async () =>
        openMetricsOf(await render(), groups.work === false ? createOpenRegistry({}) : traced),
    },
    observeRequest: createRequestMetrics(registryOf('http')),
    observePlan: createPlanMetrics(registryOf('work')),
    countTool: agents.countTool,
    intents,
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
