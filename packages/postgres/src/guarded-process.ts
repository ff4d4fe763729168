import { type ChildProcess, spawn } from 'node:child_process';

export interface GuardedProcessOptions {
  /** The program's path and its arguments. */
  words: string[];
  /** What ends it in good order. */
  stopSignal: 'INT' | 'TERM';
  /** A folder that nobody needs once it has ended. */
  throwaway?: string | undefined;
  /** Words before everything else: a program that changes the account. */
  launcher?: string[];
  /** The account, where no launcher changes it. */
  ids?: { uid?: number; gid?: number };
}

// In its own process group the program outlives Ctrl-C, so that we can drain before it stops, yet it never
// outlives us: the watcher holds a pipe to us and stops the program when that closes, as a SIGKILL makes it.
const guard = `
exec 3<&0
"$@" 3<&- </dev/null &
program=$!
( read -r _ <&3; kill -"$stop_signal" "$program" ) &
watcher=$!
exec 3<&-
wait "$program"
status=$?
kill "$watcher" 2>/dev/null
[ -z "$throwaway" ] || rm -rf "$throwaway"
exit "$status"
`;

/**
 * Starts a program that ends when we do, however that comes about, or when the child's standard input is
 * destroyed. The child is a shell that exits with the program and leads its process group.
 */
export function spawnGuarded(options: GuardedProcessOptions): ChildProcess {
  const { words, stopSignal, throwaway = '', launcher = [], ids = {} } = options;
  const [command = 'sh', ...args] = [...launcher, 'sh', '-c', guard, 'sh', ...words];
  return spawn(command, args, {
    ...ids,
    cwd: '/',
    env: { PATH: process.env.PATH, stop_signal: stopSignal, throwaway },
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}
