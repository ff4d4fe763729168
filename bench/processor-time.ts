import { readdir, readFile } from 'node:fs/promises';

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Of itself and of its children that have ended, in ticks. */
  readonly ticks: number;
}

/** Linux counts a hundredth of a second as one tick, whatever the kernel's own clock. */
const microsecondsPerTick = 10_000;

const readProcess = async (pid: number): Promise<Process | null> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The name before it stands in brackets and may hold anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  return { pid, parent, ticks: fields.slice(11, 15).reduce((sum, field) => sum + field, 0) };
};

/** The processor time that a process and all below it have used so far, in microseconds. */
export const processorTimeOf = async (root: number): Promise<number> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = (await Promise.all(pids.map(readProcess))).filter((process) => process !== null);
  const ticksBelow = (pid: number): number =>
    processes
      .filter(({ parent }) => parent === pid)
      .reduce((sum, child) => sum + child.ticks + ticksBelow(child.pid), 0);
  const own = processes.find(({ pid }) => pid === root)?.ticks ?? 0;
  return (own + ticksBelow(root)) * microsecondsPerTick;
};
