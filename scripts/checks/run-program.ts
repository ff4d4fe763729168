import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ProgramResult {
  exitCode: number;
  /** Standard output and error as they came. */
  output: string;
  /** It did not end by itself. */
  isKilled: boolean;
}

const defaultLimitMs = 5 * 60_000;

/**
 * Runs a file on this Node from the repository's root, and gives what it said. Past its limit it is killed:
 * a test that leaves something running can keep its runner waiting for ever. What gives way has the processors
 * only while nobody else wants them.
 */
export async function runProgram(
  file: string,
  args: string[] = [],
  { limitMs = defaultLimitMs, givesWay = false }: { limitMs?: number; givesWay?: boolean } = {},
): Promise<ProgramResult> {
  const given = [file, ...args];
  const program = givesWay ? 'nice' : process.execPath;
  const child = spawn(program, givesWay ? ['-n', '19', process.execPath, ...given] : given, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const collect = (chunk: string): void => {
    output += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  // Its limit is ours alone; another SIGKILL is mostly the kernel's, for want of memory.
  if (signal)
    output += child.killed
      ? `\nEnded after ${limitMs / 60_000} minutes, its limit.`
      : `\nEnded by ${signal}, and not by its limit: where it is SIGKILL, the machine may have had no memory left.`;
  // What it left running may hold its output open.
  await Promise.race([once(child, 'close'), sleep(outputGraceMs)]);
  return { exitCode: exitCode ?? 1, output, isKilled: signal !== null };
}

const outputGraceMs = 1_000;

/** The file behind a development dependency's command. */
export function programOf(packageName: string, command = packageName): string {
  const manifestFile = join(root, 'node_modules', packageName, 'package.json');
  const { bin } = createRequire(import.meta.url)(manifestFile) as { bin: string | Record<string, string> };
  const relative = typeof bin === 'string' ? bin : bin[command];
  if (relative === undefined) throw new Error(`${packageName} has no command ${command}.`);
  return join(dirname(manifestFile), relative);
}
