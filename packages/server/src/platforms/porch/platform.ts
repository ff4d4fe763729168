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
  mode: z.enum(['direct', 'structured']).default('structured'),
  /** Default: in the home. */
  outDir: absolutePath.optional(),
  environment: z.record(variable, z.string()).default({}),
  /** Variable → name of the secret that it gets. */
  secrets: z.record(variable, z.string().min(1)).default({}),
  /** What it reads besides its own folder. */
  reads: z.array(absolutePath).default([]),
  executionTimeoutMs: z.int().min(100).max(600_000).default(30_000),
  memoryMb: z.int().min(16).max(65_536).default(512),
  retryDelayMs: z.int().min(0).max(3_600_000).default(30_000),
  /** Where this server may look at what porch did. */
  cluster: z
    .strictObject({
      name: z.string().min(1).max(63),
      server: urlSchema('http:', 'https:').refine(
        (text) => hasOnly(text, 'path'),
        'must have no query, no fragment and no user',
      ),
      tokenSecret: z.string().min(1),
      settleMs: z.int().min(0).max(60_000).default(2_000),
    })
    .optional(),
});

const emulatedPorch = fileURLToPath(new URL('../../../testing/platforms/porch', import.meta.url));

export const porch = definePlatform({
  name: 'porch',
  config: { porch: porchSchema.optional() },
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
