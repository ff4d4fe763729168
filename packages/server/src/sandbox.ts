import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Config } from './config.ts';
import type { Logger } from './infra/logger.ts';
import type { ReadObjects } from './modules/platforms/index.ts';
import { sandboxSettings } from './platforms/index.ts';

/** Emulators of the platforms for which nothing is configured, in a process of their own. */
export interface Sandbox extends Disposable {
  /** A configuration with each platform of which it says nothing pointed at its emulator. */
  readonly over: (config: Config) => Config;
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

/** A second where nobody else wants the processors. */
const startWithinMs = 120_000;
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
    const started = startedSchema.parse(JSON.parse(await firstLineOf(process_)));
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
  let emulated: ReadonlySet<string> = new Set();
  const over = (given: Config): Config => {
    const { settings, secrets, internalHosts, platforms } = sandboxSettings(given.executors, urls);
    emulated = new Set(platforms);
    return {
      ...given,
      executors: {
        ...given.executors,
        ...settings,
        platforms: withHosts(given.executors.platforms, internalHosts),
      },
      secrets: { ...given.secrets, ...secrets },
    };
  };
  over(config);
  return {
    over,
    get platforms() {
      return emulated;
    },
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

/** @throws a sentence for whoever starts the server, where there will be none. */
const firstLineOf = async (child: ChildProcessByStdio<Writable, Readable, null>): Promise<string> => {
  const over = new AbortController();
  const within = { signal: AbortSignal.any([over.signal, AbortSignal.timeout(startWithinMs)]) };
  const ended = once(child, 'exit', within).then(([code]) => {
    throw new Error(`The sandbox ended with ${String(code)} before it was ready.`);
  });
  try {
    const [line] = (await Promise.race([
      once(createInterface({ input: child.stdout }), 'line', within),
      ended,
    ])) as [string];
    return line;
  } catch (error) {
    child.kill();
    if (!within.signal.aborted) throw error;
    throw new Error(`The sandbox was not ready within ${startWithinMs / 1_000} seconds.`, { cause: error });
  } finally {
    over.abort();
    ended.catch(() => undefined);
  }
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
