import { Registry, type OpenMetricsContentType } from 'prom-client';
import { isKeptTrace, traceIdOf } from '../../infra/tracing.ts';

/** What an observation points to: its trace, where that is kept; nothing otherwise. */
export const exemplarOf = ({
  traceparent = null,
}: {
  readonly traceparent?: string | null;
}): Record<string, string> => {
  const traceId = traceIdOf(traceparent);
  return traceId === null || traceparent === null || !isKeptTrace(traceparent) ? {} : { trace_id: traceId };
};

export type OpenRegistry = Registry<OpenMetricsContentType>;

export const createOpenRegistry = (labels: Readonly<Record<string, string>>): OpenRegistry => {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  registry.setDefaultLabels({ ...labels });
  return registry;
};

/**
 * OpenMetrics 1.0 of what Prometheus' text format says, with the exemplars of what is in the registry. `prom-client`
 * writes one format or the other: it takes the `_total` off the names of its counters for good.
 */
export const openMetricsOf = async (text: string, traced: OpenRegistry): Promise<string> => {
  const names = traced.getMetricsAsArray().map(({ name }) => name);
  const isTraced = new RegExp(`^(# (HELP|TYPE) )?(${names.join('|')})(_bucket|_sum|_count)?[ {]`);
  const counters = new Set([...text.matchAll(/^# TYPE (\w+)_total counter$/gm)].map(([, name]) => name));
  const lines = text
    .split('\n')
    .filter((line) => line !== '' && !isTraced.test(line))
    .map((line) =>
      line.replace(/^(# (?:HELP|TYPE) )(\w+)_total /, (whole, head: string, name: string) =>
        counters.has(name) ? `${head}${name} ` : whole,
      ),
    );
  return [...lines, (await traced.metrics()).trimStart()].join('\n');
};
