import { z } from 'zod';
import { metricGroups, type MetricGroup } from '../modules/metrics/index.ts';

/** What this process tells of itself: the part of the configuration about metrics. */

/** What Prometheus itself, or a metric of ours, says by these. */
const taken = new Set(['le', 'quantile', 'instance', 'job']);
const labelName = z
  .string()
  .refine((name) => /^(?!__)[a-zA-Z_]\w{0,63}$/.test(name) && !taken.has(name), 'cannot be a label');

const groups = z.strictObject(
  Object.fromEntries(metricGroups.map((group) => [group, z.boolean().default(true)])) as Record<
    MetricGroup,
    z.ZodDefault<z.ZodBoolean>
  >,
);

export const monitoringSettings = {
  metrics: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether there are any.'),
      path: z
        .string()
        .regex(/^\/[\w-]{1,64}(\/[\w-]{1,64}){0,4}$/, 'must be a path such as /metrics')
        .default('/metrics')
        .describe('Where they are.'),
      tokenSecret: z
        .string()
        .min(1)
        .optional()
        .describe('The secret that must be sent as a bearer token. Default: anybody may read them.'),
      labels: z
        .record(labelName, z.string().min(1).max(128))
        .default({})
        .describe('Labels of every metric, such as environment, cluster and region.'),
      groups: groups.prefault({}).describe('What is told, by kind.'),
    })
    .prefault({})
    .describe('What Prometheus reads.'),
};

type MonitoringFile = z.output<z.ZodObject<typeof monitoringSettings>> & {
  readonly health: { readonly tokenSecret?: string | undefined };
};

export interface MonitoringConfig {
  readonly metrics: Omit<MonitoringFile['metrics'], 'tokenSecret'> & { readonly token: string | null };
  /** Who sends it sees what is wrong, and strangers without it see nothing; null where anybody may ask. */
  readonly healthToken: string | null;
}

export const monitoringSecrets = ({ metrics, health }: MonitoringFile): readonly string[] =>
  [metrics.tokenSecret, health.tokenSecret].filter((name) => name !== undefined);

export const monitoringOf = (
  { metrics: { tokenSecret, ...metrics }, health }: MonitoringFile,
  secrets: Readonly<Record<string, { readonly value: string }>>,
): MonitoringConfig => {
  const valueOf = (name: string | undefined): string | null =>
    name === undefined ? null : (secrets[name]?.value ?? null);
  return { metrics: { ...metrics, token: valueOf(tokenSecret) }, healthToken: valueOf(health.tokenSecret) };
};
