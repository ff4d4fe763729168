import { environments } from '@countersign/shared';
import { z } from 'zod';
import { backupSettings } from './backup-settings.ts';
import { identitySettings } from './identity-settings.ts';
import { intentSettings } from './intent-settings.ts';
import { limitSettings } from './limit-settings.ts';
import { modelSettings } from './model-settings.ts';
import { retentionSettings } from './retention-settings.ts';
import { securitySettings } from './security-settings.ts';
import { monitoringSettings } from './monitoring-settings.ts';
import { tracingSettings } from './tracing-settings.ts';
import { noticeSettings, webhookSettings } from './sending-settings.ts';
import { certificatesSchema } from '../infra/certificates-schema.ts';
import { spelledAlike } from '../domain/target-environment.ts';
import { isHostRule } from '../infra/egress.ts';
import { hasOnly, originSchema, portSchema, urlSchema } from '../infra/url-schema.ts';
import { bundleKeySchema } from '../modules/policy/index.ts';
import { platformConfig, platformModuleSchema, platformNames } from '../platforms/index.ts';
import { deploymentSettings, policySources } from './deployment-settings.ts';
import { secretSourceSettings } from './secret-source-settings.ts';
import { syslogSchema } from './log-settings.ts';
import { jsonSchemaNode, type JsonSchema } from './schema-walk.ts';

const lane = z.strictObject({
  slots: z.int().min(1).max(1_000).exactOptional(),
  waitBoundMs: z.int().min(100).max(86_400_000).exactOptional(),
});
const hostRule = z.string().refine(isHostRule, 'must be a host, or a host and a port');
const platform = z.strictObject({
  rate: z.strictObject({ limit: z.int().min(1), windowMs: z.int().min(100) }).optional(),
  breaker: z.strictObject({ opensAt: z.int().min(1), probeAfterMs: z.int().min(100) }).optional(),
  bulkhead: z.strictObject({ concurrent: z.int().min(1), queued: z.int().min(0) }).optional(),
  retries: z.strictObject({ share: z.number().min(0).max(1), perSecond: z.number().min(0.1) }).optional(),
  internalHosts: z.array(hostRule).optional(),
  /** Where its places belong, by their names: a repository, a channel, `cluster/namespace`. */
  environments: z.record(z.string().min(1), z.enum(environments)).optional(),
});

/** Everything that the configuration says. It never holds secrets: those are named, and come from elsewhere. */
export const settingsSchema = z
  .strictObject({
    $schema: z.string().optional(),
    ...deploymentSettings,
    ...secretSourceSettings,
    secrets: z
      .record(
        z.string(),
        z.strictObject({
          origins: z.array(originSchema).min(1),
          /** Where it belongs: a plan that uses it is of that environment at least. */
          environment: z.enum(environments).optional(),
          /** Action types that may name it; all where left out. */
          actions: z.array(z.string()).min(1).optional(),
        }),
      )
      .default({}),
    ...platformConfig,
    sandbox: z.boolean().optional(),
    platformModules: z
      .record(
        z
          .string()
          .refine(
            (name) => /^[a-z][a-z0-9]*$/.test(name) && !platformNames.includes(name),
            'must be a name of its own, in lower case',
          ),
        platformModuleSchema,
      )
      .default({}),
    egress: z
      .strictObject({
        allowedPorts: z.array(portSchema).optional(),
        allowedInternalHosts: z.array(hostRule).optional(),
        certificateAuthorities: z.record(originSchema, certificatesSchema).optional(),
      })
      .default({}),
    platforms: z.record(z.string(), platform).default({}),
    lanes: z.strictObject({ CRITICAL: lane, HIGH: lane, NORMAL: lane, LOW: lane }).partial().default({}),
    programs: z
      .strictObject({ sandbox: z.enum(['REQUIRED', 'PREFERRED']) })
      .default({ sandbox: 'PREFERRED' }),
    audit: z
      .strictObject({
        anchor: z
          .strictObject({
            file: z.string().min(1).optional(),
            webhook: urlSchema('http:', 'https:')
              .refine((text) => hasOnly(text, 'path', 'query'), 'must have no fragment and no user')
              .optional(),
            everyMs: z.int().min(1_000).default(10_000),
          })
          .prefault({}),
        destinations: z
          .strictObject({ syslog: syslogSchema.optional() })
          .prefault({})
          .describe('Who gets every entry of the record, in order, from the first one on.'),
      })
      .prefault({}),
    policy: z
      .strictObject({ ...policySources, bundleKeys: z.array(bundleKeySchema).max(20).default([]) })
      .prefault({}),
    alerts: z.strictObject({ queueDepth: z.int().min(1).default(100) }).default({ queueDepth: 100 }),
    ...modelSettings,
    ...limitSettings,
    ...monitoringSettings,
    ...tracingSettings,
    ...identitySettings,
    ...webhookSettings,
    ...intentSettings,
    ...noticeSettings,
    ...retentionSettings,
    ...backupSettings,
    ...securitySettings,
    openApprovals: z.int().min(1).default(200),
    watchTargetsEveryMs: z.int().min(1_000).max(3_600_000).default(30_000),
    waitingSteps: z.int().min(1).default(100_000),
    highPerMinute: z.int().min(1).default(600),
    databaseConnections: z.int().min(8).max(500).default(20),
    leaseMs: z.int().min(500).default(30_000),
    reconcileEveryMs: z.int().min(100).default(5_000),
    drainMs: z.int().min(0).default(12_000),
  })
  .superRefine(({ platforms }, context) => {
    for (const [platform, { environments: places = {} }] of Object.entries(platforms))
      for (const [name, other] of spelledTwice(Object.keys(places)))
        context.addIssue({
          code: 'custom',
          path: ['platforms', platform, 'environments', name],
          message: `is "${other}" in another spelling: say once where it belongs`,
        });
  })
  .superRefine(({ platforms, platformModules }, context) => {
    const names = [...platformNames, ...Object.keys(platformModules)];
    for (const name of Object.keys(platforms)) {
      // Limits for anything else would limit nothing.
      if (names.includes(name)) continue;
      context.addIssue({
        code: 'custom',
        path: ['platforms', name],
        message: `is none of ${names.join(', ')}`,
      });
    }
  });

/** Names of a place that an earlier one names as well, each with that one. */
const spelledTwice = (names: readonly string[]): readonly (readonly [string, string])[] => {
  const known = new Map<string, string>();
  return names.flatMap((name) => {
    const spelling = spelledAlike(name);
    const other = known.get(spelling);
    known.set(spelling, other ?? name);
    return other === undefined ? [] : [[name, other] as const];
  });
};

export type Settings = z.output<typeof settingsSchema>;

/** The same for people's editors, and for finding settings by their names. */
export const settingsJsonSchema: JsonSchema = jsonSchemaNode.parse(
  z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }),
);
