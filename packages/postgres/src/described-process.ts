import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export interface DescribedProcess {
  /** Tells apart two processes that had the same number; comparable only with itself. */
  startedAt: string;
  /** Program and arguments, separated by spaces. */
  commandLine: string;
}

/** What is known of a living process; undefined where there is none by that number. */
export function describeProcess(pid: number): DescribedProcess | undefined {
  return existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): DescribedProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the numbered fields count from behind it.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return undefined;
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { startedAt: fields[18] ?? '', commandLine };
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): DescribedProcess | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=,command=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  if (status !== 0) return undefined;
  const lengthOfDate = 'Thu Jan  1 00:00:00 1970'.length;
  return { startedAt: stdout.slice(0, lengthOfDate), commandLine: stdout.slice(lengthOfDate).trim() };
}
