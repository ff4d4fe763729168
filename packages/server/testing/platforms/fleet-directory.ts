import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Json } from '../../src/domain/json.ts';
import type { EmulatedObject, EmulatorOptions } from './emulator.ts';

/** A server as the emulated fleet keeps it. */
export interface EmulatedServer {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Versions that it does not bear: it is not healthy with any of them. */
  readonly failsWith?: Readonly<Record<string, string>>;
  /** What else there is to tell of it. */
  readonly facts?: Readonly<Record<string, Json>>;
}

const goldenImages = {
  '2026.11': { openssl: '3.2.2', nginx: '1.27.2' },
  '2026.12': { openssl: '3.2.2', nginx: '1.27.3' },
};

/** A hundred web servers in production, of which 47 have drifted from their golden image, and five in staging. */
export const sandboxServers: readonly EmulatedServer[] = [
  ...Array.from({ length: 100 }, (_, at) => ({
    name: `server-${at + 1}`,
    versions: { openssl: at < 47 ? '3.2.1' : '3.2.2', nginx: '1.27.2', 'web-golden': '2026.11' },
    ...(at === 12 ? { failsWith: { openssl: '3.2.2' } } : {}),
    facts: {
      environment: 'PRODUCTION',
      region: at % 2 === 0 ? 'eu-central-1' : 'eu-west-1',
      owner: 'Team Web',
      tags: { role: 'web' },
      dependencies: ['shop-db'],
    },
  })),
  ...Array.from({ length: 5 }, (_, at) => ({
    name: `staging-${at + 1}`,
    versions: { openssl: '3.2.2', nginx: '1.27.3', 'web-golden': '2026.12' },
    facts: {
      environment: 'STAGING',
      region: 'eu-central-1',
      owner: 'Team Web',
      tags: { role: 'web' },
      dependencies: [],
    },
  })),
];

const writeAll = (folder: string, contents: Readonly<Record<string, string>>): void => {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), `${content}\n`);
};

const makeServer = (folder: string, { name, versions, failsWith = {}, facts = {} }: EmulatedServer): void => {
  writeAll(join(folder, name, 'versions'), versions);
  writeAll(join(folder, name, 'fails-with'), failsWith);
  writeAll(join(folder, name), { boot: '1', 'facts.json': JSON.stringify(facts) });
};

const wordIn = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8').trim();

export const versionsOf = (folder: string, server: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(join(folder, server, 'versions'))
      .toSorted()
      .map((name) => [name, wordIn(folder, server, 'versions', name)]),
  );

/** Servers as folders of small files, on which the program beside this file works. */
export const startFleet = (folder: string, servers: readonly EmulatedServer[]) => {
  for (const server of servers) if (!existsSync(join(folder, server.name))) makeServer(folder, server);
  for (const [version, components] of Object.entries(goldenImages))
    writeAll(join(folder, '.images', 'web-golden', version), components);
  const changes = join(folder, '.changes');
  return {
    url: pathToFileURL(folder).href,
    folder,
    versionsOf: (server: string) => versionsOf(folder, server),
    bootOf: (server: string) => wordIn(folder, server, 'boot'),
    /** As somebody else would. */
    write: (file: string, content: string): void => writeFileSync(join(folder, file), `${content}\n`),
    /** How many commands changed something. */
    writes: (): number => (existsSync(changes) ? wordIn(changes).split('\n').length : 0),
    /** How the next changes go: `refuse 77`, `fail 1` after its effect, `lie`, `hang`. */
    behave: (behaviour: string): void => writeFileSync(join(folder, '.behaviour'), `${behaviour}\n`),
    objects: (): readonly EmulatedObject[] =>
      servers.map(({ name }) => ({
        kind: 'server',
        id: name,
        name,
        state: {
          versions: versionsOf(folder, name),
          ...(JSON.parse(wordIn(folder, name, 'facts.json')) as Readonly<Record<string, Json>>),
        },
      })),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};

/** The sandbox's fleet, beside its state file. */
export const startSandboxFleet = ({ stateFile = '' }: Pick<EmulatorOptions, 'stateFile'>) =>
  Promise.resolve(startFleet(join(dirname(stateFile), 'fleet'), sandboxServers));
