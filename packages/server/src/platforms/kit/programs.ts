import { addAbortListener } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { startLateTimer } from '../../infra/late-timer.ts';
import { createOutputCapture, type CapturedText, type OutputCapture } from './captured-output.ts';
import { findProgram } from './program-files.ts';
import { limitWords, sandboxWords, type ProgramLimits, type ProgramReach } from './program-sandbox.ts';

export interface ProgramsConfig {
  /** All that programs inherit. */
  readonly environment: Readonly<Record<string, string>>;
  /** PREFERRED: where this machine has bubblewrap and lets us use it. REQUIRED: nothing runs without it. */
  readonly sandbox: 'REQUIRED' | 'PREFERRED';
}

/** One program, run once. */
export interface ProgramCall extends ProgramReach {
  /** An absolute path, or a name that is looked for on PATH. */
  readonly program: string;
  /** As the program gets them: no shell reads them. */
  readonly args: readonly string[];
  /** Over what all programs inherit. */
  readonly environment?: Readonly<Record<string, string>>;
  /** One of `reads` or `writes`, or below; default: a folder of its own that ends with it. */
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly timeMs: number;
  readonly signal: AbortSignal;
  readonly limits?: Partial<ProgramLimits>;
  /** Of each of its two outputs, so much is kept. Default 64 KiB. */
  readonly maxOutputBytes?: number;
}

export interface ProgramOutput {
  readonly stdout: CapturedText;
  readonly stderr: CapturedText;
  readonly durationMs: number;
}

export type ProgramEnd =
  /** 128 and the signal's number where a signal ended it. */
  | ({ readonly kind: 'EXITED'; readonly exitCode: number } & ProgramOutput)
  /** Ended by us: its time was over, or its caller does not want it any more. */
  | ({ readonly kind: 'STOPPED'; readonly by: 'TIME' | 'CALLER' } & ProgramOutput)
  /** It never began. */
  | { readonly kind: 'UNUSABLE'; readonly why: UnusableProgram; readonly message: string };

export type UnusableProgram = 'NOT_FOUND' | 'NOT_EXECUTABLE' | 'NO_SANDBOX' | 'CANNOT_BEGIN';

/** Runs programs for platforms: with arguments and an environment of our own making, shut in, held to limits. */
export interface Programs {
  readonly run: (call: ProgramCall) => Promise<ProgramEnd>;
}

const defaultLimits: ProgramLimits = {
  memoryBytes: 512 * 1_048_576,
  cpuSeconds: 60,
  openFiles: 1_024,
  fileBytes: 1_073_741_824,
};
const defaultOutputBytes = 65_536;
const nothing: CapturedText = { text: '', isCut: false };
/** Between asking a program to end and ending it. Shorter than the guards wait. */
const graceMs = 500;

export const createPrograms = ({ environment, sandbox }: ProgramsConfig): Programs => {
  const searchPath = environment.PATH ?? '';
  let canShutIn: Promise<boolean> | undefined;
  return {
    run: async (call) => {
      const found = await findProgram(call.program, searchPath);
      if (found.kind !== 'FOUND') return unusable(found.kind, call.program);
      canShutIn ??= triesSandbox(searchPath);
      const isShutIn = await canShutIn;
      if (call.signal.aborted)
        return { kind: 'STOPPED', by: 'CALLER', stdout: nothing, stderr: nothing, durationMs: 0 };
      if (!isShutIn && sandbox === 'REQUIRED') return unusable('NO_SANDBOX', call.program);
      const ownFolder = await mkdtemp(join(tmpdir(), 'countersign-program-'));
      try {
        return await start({ call, path: found.path, isShutIn, ownFolder, environment });
      } finally {
        await rm(ownFolder, { recursive: true, force: true });
      }
    },
  };
};

/** Some machines have bubblewrap and forbid what it does. */
const triesSandbox = async (searchPath: string): Promise<boolean> => {
  const found = await findProgram('true', searchPath);
  if (found.kind !== 'FOUND') return false;
  const [bwrap = '', ...args] = sandboxWords(found.path, '/tmp', { reads: [], writes: [], network: false });
  const { exitCode } = await execa(bwrap, [...args, found.path], {
    env: { PATH: searchPath },
    extendEnv: false,
    reject: false,
    stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'pipe'],
    timeout: 5_000,
  });
  return exitCode === 0;
};

interface Start {
  readonly call: ProgramCall;
  readonly path: string;
  readonly isShutIn: boolean;
  readonly ownFolder: string;
  readonly environment: Readonly<Record<string, string>>;
}

const start = async ({ call, path, isShutIn, ownFolder, environment }: Start): Promise<ProgramEnd> => {
  const cwd = call.cwd ?? ownFolder;
  const limits = { ...defaultLimits, cpuSeconds: Math.ceil(call.timeMs / 1_000), ...call.limits };
  const [first = '', ...words] = [
    ...(isShutIn ? sandboxWords(path, cwd, { ...call, writes: [ownFolder, ...call.writes] }) : []),
    ...limitWords(limits),
    path,
    ...call.args,
  ];
  const killing = new AbortController();
  const startedAt = performance.now();
  const running = execa(first, words, {
    env: { ...environment, HOME: ownFolder, TMPDIR: ownFolder, LC_ALL: 'C', ...call.environment },
    extendEnv: false,
    cwd: isShutIn ? '/' : cwd,
    input: call.input ?? '',
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    buffer: false,
    reject: false,
    killDescendants: true,
    killSignal: 'SIGKILL',
    cancelSignal: killing.signal,
  });
  const maxBytes = call.maxOutputBytes ?? defaultOutputBytes;
  const stdout = captured(running.stdout, maxBytes);
  const stderr = captured(running.stderr, maxBytes);
  const beginning = captured(running.stdio[3], 64);
  const status = captured(running.stdio[4], 4_096);
  // Whatever it left behind in its process group ends with it, and so does what holds its outputs open.
  running.nodeChildProcess.once('exit', () => running.kill('SIGKILL'));
  const askToEnd = (): void => {
    const inner = isShutIn ? /"child-pid": (\d+)/.exec(status.read().text)?.[1] : undefined;
    if (inner === undefined) running.kill('SIGTERM');
    else signalProcess(Number(inner));
    setTimeout(() => killing.abort(), graceMs).unref();
  };
  using watch = watchFor(call, askToEnd);
  const result = await running;
  const output = {
    stdout: stdout.read(),
    stderr: stderr.read(),
    durationMs: Math.round(performance.now() - startedAt),
  };
  if (watch.stoppedBy) return { kind: 'STOPPED', by: watch.stoppedBy, ...output };
  if (beginning.read().text === '') return unusable('CANNOT_BEGIN', call.program, output.stderr.text.trim());
  const exitCode = result.exitCode ?? 128 + (constants.signals[result.signal ?? 'SIGKILL'] ?? 0);
  return { kind: 'EXITED', exitCode, ...output };
};

const captured = (stream: Readable | Writable | null | undefined, maxBytes: number): OutputCapture => {
  const capture = createOutputCapture(maxBytes);
  stream?.on('data', capture.add).on('error', () => {});
  return capture;
};

/** Under bubblewrap: whoever ended that instead would end the program without a word. */
const signalProcess = (id: number): void => {
  try {
    process.kill(id, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
};

interface Watch extends Disposable {
  readonly stoppedBy: 'TIME' | 'CALLER' | null;
}

/** Calls `end` once, when the call's time is over or nobody wants it any more. */
const watchFor = ({ signal, timeMs }: ProgramCall, end: () => void): Watch => {
  let stoppedBy: Watch['stoppedBy'] = null;
  const stop = (by: 'TIME' | 'CALLER'): void => {
    if (stoppedBy) return;
    stoppedBy = by;
    end();
  };
  const timer = startLateTimer(timeMs, () => stop('TIME'));
  // It may have fired while the program was got ready.
  const left = addAbortListener(signal, () => stop('CALLER'));
  return {
    get stoppedBy() {
      return stoppedBy;
    },
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      left[Symbol.dispose]();
    },
  };
};

const reasons: Readonly<Record<UnusableProgram, string>> = {
  NOT_FOUND: 'is not on this machine',
  NOT_EXECUTABLE: 'may not be run by this server',
  NO_SANDBOX: 'is not run without a sandbox, as configuration says, and bubblewrap cannot be used here',
  CANNOT_BEGIN: 'could not be started in its sandbox and within its limits',
};

const unusable = (why: UnusableProgram, program: string, more = ''): ProgramEnd => ({
  kind: 'UNUSABLE',
  why,
  message: `The program "${program}" ${reasons[why]}${more === '' ? '.' : `: ${more}`}`,
});
