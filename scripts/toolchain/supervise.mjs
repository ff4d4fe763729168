import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

// The program gets a process group of its own: the terminal's Ctrl-C reaches it through us, once, and not a
// second time by itself, which would mean "at once" instead of "in good order"; nor what the program has
// running, which it may want to finish. The shell between holds a pipe to us, so that the program also ends
// when we are killed.
const guard = `
trap : INT TERM HUP
exec 3<&0
"$@" 3<&- </dev/null &
program=$!
for signal in INT TERM HUP; do trap "kill -$signal $program" "$signal"; done
( trap '' INT TERM HUP; read -r _ <&3; kill -TERM "$program" ) &
watcher=$!
exec 3<&-
while :; do
  wait "$program"
  status=$?
  kill -0 "$program" 2>/dev/null || break
done
kill -KILL "$watcher" 2>/dev/null
exit "$status"
`;

const repeatedSignalMs = 500;
const parentCheckMs = 1_000;

/**
 * Runs a TypeScript program on Node 24 with our terminal, passes signals on, and resolves with its exit code.
 *
 * @param {import('./locate.mjs').Toolchain} toolchain
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<number>}
 */
export function superviseProgram(toolchain, args, cwd) {
  const child = spawn('sh', ['-c', guard, 'sh', toolchain.node, ...args], {
    cwd,
    env: toolchain.env,
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const forward = createForwarder((signal) => child.kill(signal));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  const stopWatching = watchParents(() => child.stdin.destroy());

  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      stopWatching();
      // Its group is ours to clean: nothing that it left behind stays.
      endGroup(child.pid);
      for (const name of signals) process.off(name, forward);
      resolve(code ?? (signal === 'SIGKILL' ? 137 : 1));
    });
  });
}

/** npm passes on a Ctrl-C that we have from the terminal already: the same signal at once is the same one. */
function createForwarder(send) {
  const sentAt = new Map();
  return (signal) => {
    if (performance.now() - (sentAt.get(signal) ?? -Infinity) < repeatedSignalMs) return;
    sentAt.set(signal, performance.now());
    send(signal);
  };
}

function endGroup(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

/** npm killed outright tells nobody. It is our parent, or its shell is. */
function watchParents(onOrphaned) {
  const { ppid } = process;
  const grandparent = isShell(ppid) ? parentOf(ppid) : undefined;
  const timer = setInterval(() => {
    const isOrphan = process.ppid !== ppid || (grandparent !== undefined && parentOf(ppid) !== grandparent);
    if (isOrphan) onOrphaned();
  }, parentCheckMs);
  return () => clearInterval(timer);
}

function isShell(pid) {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) && readFileSync(file, 'utf8').startsWith('sh\0-c\0');
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
