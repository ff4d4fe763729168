import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { definePlatform } from '../contract/platform.ts';
import { commandWords, createFleetRunner, type FleetCommand } from './fleet-cli.ts';
import { createFleetImage } from './fleet-image.ts';
import { serverName } from './fleet-input.ts';
import { createFleetPatch } from './fleet-patch.ts';
import { createFleetRestart } from './fleet-restart.ts';
import { createFleetStatus } from './fleet-status.ts';
import { fleetsWith, type OpenFleet } from './fleets.ts';

const absolutePath = z.string().refine(isAbsolute, 'must be an absolute path');
const variable = z.string().regex(/^[A-Za-z_]\w{0,127}$/);

/** The program and its arguments, with `{server}` and what else the command is given. */
const commandSchema = (command: FleetCommand) => {
  const known: readonly string[] = commandWords[command];
  const usedBy = (words: readonly string[]) => words.flatMap((word) => word.match(/(?<=\{)\w+(?=\})/g) ?? []);
  return z
    .array(z.string().min(1).max(4_096))
    .min(1)
    .max(100)
    .refine(([program = '']) => !program.includes('{'), 'must begin with a program')
    .refine(
      (words) => usedBy(words).every((name) => known.includes(name)),
      `may name ${known.map((name) => `{${name}}`).join(', ')} alone`,
    )
    .refine(
      (words) => known.every((name) => usedBy(words).includes(name)),
      `must name ${known.map((name) => `{${name}}`).join(', ')}`,
    );
};

const fleetSchema = z.strictObject({
  /** Those that callers may name: `web-1`, or `web-*` for all that begin so. */
  servers: z
    .array(z.union([serverName, z.templateLiteral([z.string(), '*'])]))
    .min(1)
    .max(10_000),
  commands: z.strictObject({
    inspect: commandSchema('inspect'),
    patch: commandSchema('patch').optional(),
    image: commandSchema('image').optional(),
    restart: commandSchema('restart').optional(),
  }),
  environment: z.record(variable, z.string()).default({}),
  /** Variable → name of the secret that it gets. */
  secrets: z.record(variable, z.string().min(1)).default({}),
  reads: z.array(absolutePath).default([]),
  writes: z.array(absolutePath).default([]),
  network: z.boolean().default(true),
  memoryMb: z.int().min(16).max(65_536).default(512),
  timeoutMs: z.int().min(100).max(3_600_000).default(120_000),
  /** How long a server may go on with what a command began that nobody waits for any more. */
  settleMs: z.int().min(0).max(600_000).default(10_000),
});

const standIn = fileURLToPath(new URL('../../../testing/platforms/fleet', import.meta.url));

export const fleet = definePlatform({
  name: 'fleet',
  config: {
    fleets: z
      .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/), fleetSchema)
      .default({})
      .describe('Servers that are looked at and changed together, by the name that callers use.'),
  },
  secretsOf: ({ fleets }) => Object.values(fleets).flatMap(({ secrets }) => Object.values(secrets)),
  reachOf: ({ fleets }) => Object.keys(fleets).map((name) => ({ kind: 'fleet', name, isPrefix: false })),
  sandbox: {
    isConfigured: ({ fleets }) => Object.keys(fleets).length > 0,
    // The folder with the sandbox's servers, on which a stand-in for their commands works.
    settings: (url) => ({
      settings: {
        fleets: {
          sandbox: fleetSchema.parse({
            servers: ['server-*', 'staging-*'],
            commands: {
              inspect: [standIn, 'inspect', '{server}'],
              patch: [standIn, 'patch', '{server}', '{component}', '{version}'],
              image: [standIn, 'image', '{server}', '{image}', '{version}'],
              restart: [standIn, 'restart', '{server}'],
            },
            environment: { FLEET: fileURLToPath(url) },
            reads: [fileURLToPath(url)],
            writes: [fileURLToPath(url)],
            network: false,
            timeoutMs: 20_000,
            settleMs: 0,
          }),
        },
      },
      secrets: {},
    }),
  },
  // Configuration names the servers, and what looks at them.
  assetTrust: 'INTERNAL',
  actions: ({ fleets }, { secrets, programs }) => {
    const opened = new Map(
      Object.entries(fleets).map(([name, { commands, secrets: named, ...settings }]): [string, OpenFleet] => {
        const { inspect, patch = null, image = null, restart = null } = commands;
        const revealed = Object.entries(named).map(([key, secret]): [string, string] => [
          key,
          secrets.reveal(secret),
        ]);
        const own = {
          ...settings,
          commands: { inspect, patch, image, restart },
          environment: { ...settings.environment, ...Object.fromEntries(revealed) },
        };
        return [name, { ...own, runner: createFleetRunner(own, programs) }];
      }),
    );
    return [
      createFleetImage(fleetsWith(opened, 'image')),
      createFleetPatch(fleetsWith(opened, 'patch')),
      createFleetRestart(fleetsWith(opened, 'restart')),
      createFleetStatus(fleetsWith(opened, 'inspect')),
    ];
  },
});
