import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Config } from '../src/config.ts';
import type { TaskInput } from './people.ts';
import { programOf } from './programs.ts';
import { until } from './until.ts';

export interface WorkerSettings {
  readonly config: Config;
  readonly ledgerUrl: string;
  /** What the process submits in the agent's name as soon as it can, all at once, answering nobody. */
  readonly submits?: readonly TaskInput[];
  /** By how much its wall clock is set at each jump; left out, it does not jump. */
  readonly clockJumpMs?: number;
}

export interface LogLine {
  readonly level?: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A real worker node, in a process of its own. Disposing drains it. */
export interface WorkerProcess extends AsyncDisposable {
  readonly pid: number;
  /** As it signs its claims. */
  readonly name: string;
  readonly isAlive: boolean;
  /** What it has logged so far. */
  logged(): readonly LogLine[];
  /** Sets its wall clock, forth or back. */
  jumps(): Promise<void>;
  /** SIGTERM: drains and ends; gives the code it ends with. */
  stops(): Promise<number | null>;
  /** SIGKILL: gone between two instructions. */
  kill(): Promise<void>;
  /** SIGSTOP: alive, and deaf and blind until `continue`. */
  stop(): void;
  continue(): void;
}

const jumpingClock = fileURLToPath(new URL('./jumping-clock.ts', import.meta.url));
/** A second where nobody else wants the processors, and the suite alone has three workers on two of them. */
const startTimeoutMs = 60_000;
const exitTimeoutMs = 15_000;

/** Starts a worker and returns once it takes jobs. */
export const startWorkerProcess = async (settings: WorkerSettings): Promise<WorkerProcess> => {
  const { clockJumpMs } = settings;
  const loaders = clockJumpMs === undefined ? [] : ['--import', jumpingClock];
  const child = spawn(process.execPath, [...loaders, programOf('worker'), JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, CLOCK_JUMP_MS: String(clockJumpMs ?? 0) },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('The worker process did not start.');
  const lines: LogLine[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(parseLine(line)));
  const exited = once(child, 'exit');
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const send = (signal: NodeJS.Signals): void => {
    if (isAlive()) process.kill(pid, signal);
  };
  await until(
    () => (lines.some(({ msg }) => msg === 'ready') || !isAlive() ? true : undefined),
    () => 'the worker process was not ready',
    { timeoutMs: startTimeoutMs },
  );
  if (!isAlive()) throw new Error(`The worker process ended: ${JSON.stringify(lines)}`);
  return {
    pid,
    name: String(lines.find(({ msg }) => msg === 'ready')?.worker),
    get isAlive() {
      return isAlive();
    },
    logged: () => lines,
    async kill() {
      send('SIGKILL');
      await exited;
    },
    async jumps() {
      const count = (): number => lines.filter(({ msg }) => msg === 'the clock jumped').length;
      const before = count();
      send('SIGUSR2');
      await until(
        () => count() > before || undefined,
        () => 'the clock did not jump',
      );
    },
    async stops() {
      send('SIGTERM');
      await exited;
      return child.exitCode;
    },
    stop: () => send('SIGSTOP'),
    continue: () => send('SIGCONT'),
    async [Symbol.asyncDispose]() {
      send('SIGCONT');
      send('SIGTERM');
      await until(
        () => (isAlive() ? undefined : true),
        () => {
          send('SIGKILL');
          return `worker ${pid} did not stop: ${JSON.stringify(lines.slice(-20))}`;
        },
        { timeoutMs: exitTimeoutMs },
      );
    },
  };
};

const parseLine = (line: string): LogLine => {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { msg: line };
  }
};
