import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '@countersign/postgres/guarded-process';
import type { FirstRun } from '../packages/server/src/first-run.ts';
import { freePort } from '@countersign/postgres/free-port';
import type { Crowd } from '../packages/server/testing/crowd.ts';
import { inheritedEnvironment } from '../packages/server/testing/inherited-environment.ts';
import { startRedis } from '../packages/server/testing/redis-server.ts';
import { until } from '../packages/server/testing/until.ts';
import { askGraphql } from './agent.ts';
import { fill } from './fill.ts';
import { makeSignInLink } from './sign-in-link.ts';
import { writePolicyData, type Asking, type Freezes } from './policy-data.ts';

const program = fileURLToPath(new URL('../packages/server/dist/main.js', import.meta.url));
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

/** What stands in `config.json`. */
export type Settings = Readonly<Record<string, unknown>>;

/** As `first-run.json` has it. */
type KeptFirstRun = FirstRun & { readonly demoRepository: string };

export interface StackOptions {
  /** Instead of what the shipped policy data says; by environment. */
  readonly asking?: Asking;
  /** When changes wait; by the shipped policy data never. */
  readonly freezes?: Freezes;
  /** What the process finds in its environment besides. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly config?: Settings;
  /** Queues on a Redis of the stack's own instead of the embedded PostgreSQL. */
  readonly hasRedis?: boolean;
}

/** A whole Countersign on free ports with throwaway data, as `npm start` makes it. Disposing stops all of it. */
export interface Stack extends AsyncDisposable {
  /** Stays the same over a restart. */
  readonly url: string;
  /** Of the latest start: keys stay over a restart, the sign-in link is new. */
  readonly firstRun: KeptFirstRun;
  /** Another link that works once, for a person of that name; the terminal has one for the operator alone. */
  signInLink(name: string): Promise<string>;
  /** Writes this much work of other people straight into the record, as if it had come before. */
  fills(crowd: Pick<Crowd, 'waiting' | 'finished'>): Promise<void>;
  /** Has these stand in `config.json`, and has that read again: then they count. */
  configures(settings: Settings): Promise<void>;
  /** What the terminal shows since the latest start. */
  terminal(): Promise<string>;
  /** SIGSTOP: alive, and deaf and blind until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Ends the server in good order; the address then answers nobody. */
  stop(): Promise<void>;
  /** Starts it again at the same address with the same data. */
  start(): Promise<void>;
}

export const startStack = async ({
  asking,
  freezes,
  config,
  hasRedis = false,
  ...options
}: StackOptions = {}): Promise<Stack> => {
  await using building = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-e2e-'));
  building.defer(() => rm(folder, { recursive: true, force: true }));
  const redis = hasRedis ? building.use(await startRedis()) : undefined;
  const environment = {
    ...inheritedEnvironment(),
    ...options.environment,
    COUNTERSIGN_HOME: join(folder, 'home'),
    PORT: String(await freePort()),
    ...(redis ? { REDIS_URL: redis.url } : {}),
    ...(asking ? { COUNTERSIGN_POLICY_DATA: await writePolicyData(folder, asking, freezes) } : {}),
  };
  const configFile = join(environment.COUNTERSIGN_HOME, 'config.json');
  if (config) {
    await mkdir(environment.COUNTERSIGN_HOME);
    await writeFile(configFile, JSON.stringify(config));
  }
  let server = await startServer(folder, environment);
  // The latest start, not the first, is what has to be stopped.
  building.defer(() => server[Symbol.asyncDispose]());
  let firstRun = await readFirstRun(environment.COUNTERSIGN_HOME);
  const running = building.move();
  return {
    url: firstRun.url,
    get firstRun() {
      return firstRun;
    },
    signInLink: (name) => makeSignInLink(environment.COUNTERSIGN_HOME, firstRun.url, name),
    fills: (crowd) => fill(environment.COUNTERSIGN_HOME, crowd),
    async configures(settings) {
      await writeFile(configFile, JSON.stringify(settings));
      await reload(firstRun);
    },
    terminal: () => readFile(terminalFile(folder), 'utf8'),
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async stop() {
      await server[Symbol.asyncDispose]();
    },
    async start() {
      server = await startServer(folder, environment);
      firstRun = await readFirstRun(environment.COUNTERSIGN_HOME);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

interface Reloaded {
  readonly reloadConfiguration: {
    readonly reload: {
      readonly isTaken: boolean;
      readonly changes: readonly { readonly outcome: string }[];
    } | null;
  };
}

const reload = async ({ url, adminKey }: KeptFirstRun): Promise<void> => {
  const { reloadConfiguration: told } = await askGraphql<Reloaded>(
    url,
    adminKey,
    `mutation { reloadConfiguration(input: {}) {
      refusal { message } reload { isTaken faults { path message } changes { path outcome } }
    } }`,
    {},
  );
  const counts =
    told.reload?.isTaken === true && told.reload.changes.every(({ outcome }) => outcome === 'APPLIED');
  if (!counts) throw new Error(`The settings do not count: ${JSON.stringify(told)}`);
};

const terminalFile = (folder: string): string => join(folder, 'terminal');

const readFirstRun = async (home: string): Promise<KeptFirstRun> =>
  JSON.parse(await readFile(join(home, 'first-run.json'), 'utf8')) as KeptFirstRun;

interface Server extends AsyncDisposable {
  signal(signal: NodeJS.Signals): void;
}

/** The product's own entry point in a process that cannot outlive this one. */
const startServer = async (folder: string, environment: Record<string, string>): Promise<Server> => {
  await using building = new AsyncDisposableStack();
  const terminal = terminalFile(folder);
  const pidFile = join(folder, 'pid');
  // What the last start said is not this one's word.
  await writeFile(terminal, '');
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const launch = `echo $$ > '${pidFile}'; exec "$@" > '${terminal}'`;
  const child = spawnGuarded({
    words: ['env', ...assignments, 'sh', '-c', launch, 'sh', process.execPath, program],
    stopSignal: 'TERM',
  });
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const signal = (name: NodeJS.Signals): void => {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (!isOver()) process.kill(pid, name);
  };
  building.defer(async () => {
    if (isOver()) return;
    signal('SIGCONT');
    const exit = once(child, 'exit');
    child.stdin?.destroy();
    const impatience = setTimeout(() => signal('SIGKILL'), stopTimeoutMs);
    await exit;
    clearTimeout(impatience);
  });
  await until(
    async () => {
      if (isOver()) throw new Error(`The server ended: ${complaints}`);
      return /is ready at/.test(await readFile(terminal, 'utf8')) || undefined;
    },
    () => `the server was not ready: ${complaints}`,
    { timeoutMs: startTimeoutMs, pollMs: 20 },
  );
  const running = building.move();
  return { signal, [Symbol.asyncDispose]: () => running.disposeAsync() };
};
