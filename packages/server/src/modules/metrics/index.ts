/** Says how the work goes: figures over a window for the console, and every metric for Prometheus. */
export type { MetricsRegistry, MetricsRegistryDependencies, ServedRequest } from './metrics-registry.ts';
export type { ToolCalled } from './agent-metrics.ts';
export type { IntentObserver } from './intent-metrics.ts';
export { metricGroups, type MetricGroup } from './metric-groups.ts';
export type { MetricsReport } from './metrics-report.ts';
export type { MetricsService } from './metrics-service.ts';
export { createMetricsRegistry } from './metrics-registry.ts';
export { createMetricsService } from './metrics-service.ts';
export { createMetricsQueries, type MetricsQueries } from './queries.ts';
export { startSummingUp } from './summing-up.ts';
