import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { clearTimeout, setTimeout } from 'node:timers';

// The program gets a process group of its own: the terminal's Ctrl-C reaches it through us, once, and not a
// second time by itself, which would mean "at once" instead of "in good order"; nor what the program has
// running, which it may want to finish. The shell between holds a pipe to us, so that the program also ends
// when we are killed.
const guard = `
trap : INT TERM HUP
exec 4<&0
"$@" <&4 3<&- 4<&- &
program=$!
for signal in INT TERM HUP; do trap "kill -$signal $program" "$signal"; done
( trap '' INT TERM HUP; read -r _ <&3; kill -TERM "$program" ) &
watcher=$!
exec 3<&- 4<&-
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
 * Runs a TypeScript program on Node 24 with our terminal and what is piped to us, passes signals on, and resolves
 * with its exit code.
 *
 * @param {import('./locate.mjs').Toolchain} toolchain
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<number>}
 */
export async function superviseProgram(toolchain, args, cwd) {
  return (await runOnce(toolchain, args, cwd, 'inherit')).code;
}

/** What a program ends with that could not start and has said why. */
const startFailedCode = 78;
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
/** Who ran as long as this has recovered. */
const recoveredAfterMs = 60_000;
const mostRestarts = 5;

/**
 * As superviseProgram, for one that is to run until it is asked to stop: where it ends by itself it is started
 * again, a second later, then two, then four; after five times without a good minute between we give up. It reads
 * nothing of what we are given.
 *
 * @type {typeof superviseProgram}
 */
export async function keepProgramRunning(toolchain, args, cwd) {
  let restarts = 0;
  for (let isFirst = true; ; isFirst = false) {
    const startedAt = performance.now();
    const { code, isAsked } = await runOnce(toolchain, args, cwd, 'ignore');
    if (code === 0 || isAsked || (isFirst && code === startFailedCode)) return code;
    if (performance.now() - startedAt >= recoveredAfterMs) restarts = 0;
    if (restarts === mostRestarts) {
      console.error(
        `Countersign ended by itself ${restarts + 1} times in a row (${wordsOf(code)}); giving up.`,
      );
      return code;
    }
    const delayMs = Math.min(firstDelayMs * 2 ** restarts, longestDelayMs);
    restarts += 1;
    console.error(
      `Countersign ended by itself (${wordsOf(code)}); starting it again in ${delayMs / 1_000} s.`,
    );
    if (await isAskedWithin(delayMs)) return code;
  }
}

/** A shell says 128 and the signal's number of a program that a signal ended. */
function wordsOf(code) {
  return code > 128 ? `signal ${code - 128}` : `exit code ${code}`;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Whether somebody asks us to stop before the time is over. */
function isAskedWithin(ms) {
  return new Promise((resolve) => {
    const finish = (isAsked) => {
      clearTimeout(timer);
      stopWatching();
      for (const signal of signals) process.off(signal, onSignal);
      resolve(isAsked);
    };
    const onSignal = () => finish(true);
    const timer = setTimeout(() => finish(false), ms);
    const stopWatching = watchParents(() => finish(true));
    for (const signal of signals) process.on(signal, onSignal);
  });
}

/** Resolves with the exit code, and with whether somebody asked it to end. */
function runOnce(toolchain, args, cwd, stdin) {
  const child = spawn('sh', ['-c', guard, 'sh', toolchain.node, ...args], {
    cwd,
    env: toolchain.env,
    detached: true,
    stdio: [stdin, 'inherit', 'inherit', 'pipe'],
  });
  let isAsked = false;
  const forward = createForwarder((signal) => {
    isAsked = true;
    child.kill(signal);
  });
  for (const signal of signals) process.on(signal, forward);
  const stopWatching = watchParents(() => {
    isAsked = true;
    child.stdio[3].destroy();
  });

  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      stopWatching();
      // Its group is ours to clean: nothing that it left behind stays.
      endGroup(child.pid);
      for (const name of signals) process.off(name, forward);
      resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : 1), isAsked });
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
