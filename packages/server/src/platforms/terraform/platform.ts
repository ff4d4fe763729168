import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { definePlatform } from '../contract/platform.ts';
import { createPlanFiles } from './plan-files.ts';
import { createTerraformApply } from './terraform-apply.ts';
import { createTerraform, type TerraformDirectory } from './terraform-cli.ts';

const absolutePath = z.string().refine(isAbsolute, 'must be an absolute path');
const variable = z.string().regex(/^[A-Za-z_]\w{0,127}$/);

const directorySchema = z.strictObject({
  path: absolutePath,
  environment: z.record(variable, z.string()).default({}),
  /** Variable → name of the secret that it gets. */
  secrets: z.record(variable, z.string().min(1)).default({}),
  reads: z.array(absolutePath).default([]),
  network: z.boolean().default(true),
  memoryMb: z.int().min(64).max(65_536).default(2_048),
  planTimeoutMs: z.int().min(1_000).max(3_600_000).default(300_000),
  applyTimeoutMs: z.int().min(1_000).max(14_400_000).default(1_800_000),
});

const standIn = fileURLToPath(new URL('../../../testing/platforms/terraform', import.meta.url));

export const terraform = definePlatform({
  name: 'terraform',
  config: {
    terraform: z
      .strictObject({
        binary: z.string().min(1).default('terraform'),
        directories: z
          .record(z.string().regex(/^[A-Za-z0-9][\w.-]{0,62}$/), directorySchema)
          .default({})
          .describe('Working directories, by the name that callers use.'),
      })
      .prefault({})
      .describe('Terraform.'),
  },
  secretsOf: ({ terraform: { directories } }) =>
    Object.values(directories).flatMap(({ secrets }) => Object.values(secrets)),
  reachOf: ({ terraform: { directories } }) =>
    Object.keys(directories).map((name) => ({ kind: 'directory', name, isPrefix: false })),
  sandbox: {
    isConfigured: ({ terraform: { directories } }) => Object.keys(directories).length > 0,
    // The folder with the sandbox's directory, in which a stand-in for terraform works.
    settings: (url) => ({
      settings: {
        terraform: {
          binary: standIn,
          directories: {
            network: directorySchema.parse({
              path: join(fileURLToPath(url), 'network'),
              environment: { NODE: process.execPath },
              reads: [dirname(process.execPath)],
              network: false,
              planTimeoutMs: 30_000,
              applyTimeoutMs: 30_000,
            }),
          },
        },
      },
      secrets: {},
    }),
  },
  actions: ({ terraform: { binary, directories } }, { home, secrets, programs }) => {
    const folder = join(home, 'terraform');
    const named = Object.entries(directories).map(([name, directory]): [string, TerraformDirectory] => {
      const revealed = Object.entries(directory.secrets).map(([key, secret]): [string, string] => [
        key,
        secrets.reveal(secret),
      ]);
      return [
        name,
        { ...directory, environment: { ...directory.environment, ...Object.fromEntries(revealed) } },
      ];
    });
    return [
      createTerraformApply(
        Object.fromEntries(named),
        createTerraform(binary, join(folder, 'work'), programs),
        createPlanFiles(join(folder, 'plans')),
      ),
    ];
  },
});
