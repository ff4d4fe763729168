import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Config } from './config.ts';
import type { Logger } from './infra/logger.ts';
import type { ReadObjects } from './modules/platforms/index.ts';
import { sandboxSettings } from './platforms/index.ts';

/** Emulators of the platforms for which nothing is configured, in a process of their own. */
export interface Sandbox extends Disposable {
  /** The configuration with each of those platforms pointed at its emulator. */
  readonly config: Config;
  /** Names of the platforms that are emulated. */
  readonly platforms: ReadonlySet<string>;
  readonly readObjects: ReadObjects;
}

const program = fileURLToPath(new URL('../testing/platforms/sandbox.ts', import.meta.url));
/** `url.parse`, which mqtt calls: Node keeps it to itself below node_modules alone. */
const quiet = '--disable-warning=DEP0169';
const startedSchema = z.object({ url: z.string(), platforms: z.record(z.string(), z.string()) });
type Started = z.output<typeof startedSchema>;
const objectsSchema = z.record(
  z.string(),
  z.array(z.object({ kind: z.string(), id: z.string(), name: z.string(), state: z.json() })),
);

const startWithinMs = 20_000;
const readWithinMs = 2_000;
const restartAfterMs = 1_000;

/** Starts it, and starts it again at the same place where it ends by itself. */
export const startSandbox = async (config: Config, logger: Logger): Promise<Sandbox> => {
  const folder = join(config.home, 'sandbox');
  let child: ChildProcess;
  let isEnding = false;
  const run = async (ports: readonly string[]): Promise<Started> => {
    const process_ = spawn(process.execPath, [quiet, program, '--folder', folder, ...ports], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: config.executors.programEnvironment['PATH'] },
    });
    child = process_;
    const [line] = (await once(createInterface({ input: process_.stdout }), 'line', {
      signal: AbortSignal.timeout(startWithinMs),
    })) as [string];
    const started = startedSchema.parse(JSON.parse(line));
    process_.once('exit', (code) => {
      if (isEnding) return;
      logger.warn({ code }, 'the sandbox ended by itself and is started again');
      setTimeout(() => {
        run(portsOf(started)).catch((error: unknown) => logger.error({ err: error }, 'there is no sandbox'));
      }, restartAfterMs).unref();
    });
    return started;
  };
  const { url, platforms: urls } = await run([]);
  const { settings, secrets, internalHosts, platforms } = sandboxSettings(config.executors, urls);
  return {
    config: {
      ...config,
      executors: {
        ...config.executors,
        ...settings,
        platforms: withHosts(config.executors.platforms, internalHosts),
      },
      secrets: { ...config.secrets, ...secrets },
    },
    platforms: new Set(platforms),
    readObjects: async () => {
      const response = await fetch(`${url}/objects`, { signal: AbortSignal.timeout(readWithinMs) });
      return objectsSchema.parse(await response.json());
    },
    [Symbol.dispose]: () => {
      isEnding = true;
      child.kill();
    },
  };
};

/** Each platform reaches its own emulator, and nobody else does. */
const withHosts = (
  platforms: Config['executors']['platforms'],
  hosts: Readonly<Record<string, readonly string[]>>,
): Config['executors']['platforms'] => ({
  ...platforms,
  ...Object.fromEntries(
    Object.entries(hosts).map(([name, own]) => [
      name,
      { ...platforms[name], internalHosts: [...(platforms[name]?.internalHosts ?? []), ...own] },
    ]),
  ),
});

const portOf = (url: string): number => Number(new URL(url).port);

const portsOf = ({ url, platforms }: Started): string[] => [
  '--port',
  String(portOf(url)),
  '--ports',
  JSON.stringify(Object.fromEntries(Object.entries(platforms).map(([name, at]) => [name, portOf(at)]))),
];
