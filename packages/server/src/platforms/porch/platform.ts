import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { hasOnly, urlSchema } from '../../infra/url-schema.ts';
import { definePlatform } from '../contract/platform.ts';
import { createDeploymentReader } from './deployment-reader.ts';
import { createPorch } from './porch-cli.ts';
import { createScalingApply } from './scaling-apply.ts';

const absolutePath = z.string().refine(isAbsolute, 'must be an absolute path');
const variable = z.string().regex(/^[A-Za-z_]\w{0,127}$/);

const porchSchema = z.strictObject({
  binary: z.string().min(1),
  mode: z.enum(['direct', 'structured']).default('structured').describe('How porch is run.'),
  /** Default: in the home. */
  outDir: absolutePath.optional().describe('Folder that porch writes to.'),
  environment: z.record(variable, z.string()).default({}).describe('Variables that porch gets.'),
  secrets: z
    .record(variable, z.string().min(1))
    .default({})
    .describe('Variables that porch gets, by the names of secrets.'),
  /** Besides its own folder. */
  reads: z.array(absolutePath).default([]).describe('Folders that porch reads.'),
  executionTimeoutMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(30_000)
    .describe('How long porch may run, in milliseconds.'),
  memoryMb: z.int().min(16).max(65_536).default(512).describe('Memory of porch, in megabytes.'),
  retryDelayMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(30_000)
    .describe('The wait before porch is run again, in milliseconds.'),
  cluster: z
    .strictObject({
      name: z.string().min(1).max(63).describe('Its name.'),
      server: urlSchema('http:', 'https:')
        .refine((text) => hasOnly(text, 'path'), 'must have no query, no fragment and no user')
        .describe('Its API.'),
      tokenSecret: z.string().min(1),
      settleMs: z
        .int()
        .min(0)
        .max(60_000)
        .default(2_000)
        .describe('How long what porch did may take to be seen, in milliseconds.'),
    })
    .optional()
    .describe('The cluster in which what porch did is looked at.'),
});

const emulatedPorch = fileURLToPath(new URL('../../../testing/platforms/porch', import.meta.url));

export const porch = definePlatform({
  name: 'porch',
  config: { porch: porchSchema.optional().describe('The porch program that `scaling.apply` runs.') },
  secretsOf: ({ porch: settings }) =>
    settings
      ? [...Object.values(settings.secrets), ...(settings.cluster ? [settings.cluster.tokenSecret] : [])]
      : [],
  sandbox: {
    isConfigured: ({ porch: settings }) => settings !== undefined,
    settings: (url) => ({
      settings: {
        porch: porchSchema.parse({
          binary: emulatedPorch,
          environment: { NODE: process.execPath, CLUSTER_URL: url },
          secrets: { CLUSTER_TOKEN: 'sandbox-cluster' },
          reads: [dirname(process.execPath)],
          memoryMb: 1_024,
          cluster: { name: 'sandbox', server: url, tokenSecret: 'sandbox-cluster', settleMs: 0 },
        }),
      },
      secrets: { 'sandbox-cluster': 'a-token-of-the-sandbox' },
    }),
  },
  actions: ({ porch: settings }, { home, secrets, programs }) => {
    if (!settings) return [];
    const { binary, mode, cluster } = settings;
    const revealed = Object.entries(settings.secrets).map(([name, secret]): [string, string] => [
      name,
      secrets.reveal(secret),
    ]);
    const cli = createPorch(
      {
        binary,
        mode,
        outDir: settings.outDir ?? join(home, 'porch', 'out'),
        intentsDir: join(home, 'porch', 'intents'),
        environment: { ...settings.environment, ...Object.fromEntries(revealed) },
        reads: settings.reads,
        memoryMb: settings.memoryMb,
        retryDelayMs: settings.retryDelayMs,
      },
      programs,
    );
    const sight = cluster && {
      ...cluster,
      read: createDeploymentReader(cluster.server, secrets.reveal(cluster.tokenSecret)),
    };
    return [
      createScalingApply({ mode, binary, timeoutMs: settings.executionTimeoutMs, sight: sight ?? null }, cli),
    ];
  },
});
