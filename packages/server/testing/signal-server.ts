import { readdirSync, readFileSync } from 'node:fs';

/** A signal to a server and to all processes that it has. */
export const signalServer = (pid: number, name: NodeJS.Signals): void => {
  process.kill(pid, name);
  for (const child of childrenOf(pid)) signalChild(child, name);
};

/** A backend may end while it is being looked for. */
const signalChild = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

const childrenOf = (parent: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);

const parentOf = (pid: number): number | undefined => {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    // Gone meanwhile.
    return undefined;
  }
};
