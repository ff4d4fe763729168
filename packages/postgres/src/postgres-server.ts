import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnGuarded } from './guarded-process.ts';
import { lendToPostgres, postgresAccount } from './postgres-account.ts';
import { locatePostgresPrograms, type PostgresPrograms } from './postgres-programs.ts';
import { type PostmasterNote, readPostmasterNote } from './postmaster-note.ts';

/** Of the embedded default, on a machine that it shares with others; a commit that was acknowledged is on the disk. */
export const durableSettings = {
  max_connections: 200,
  shared_buffers: '256MB',
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: 0,
  random_page_cost: 1.1,
  jit: 'off',
  max_parallel_workers_per_gather: 0,
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_line_prefix: '',
};

export interface PostgresServerOptions {
  /** Absolute path; initialised on the first start. */
  dataFolder: string;
  /** TCP port on 127.0.0.1; nothing else is listened on. */
  port: number;
  /** With a password; a folder that exists already keeps the ones it was made with. */
  superuser: string;
  password: string;
  /** postgresql.conf settings; given on the command line, so that they follow the code and not the folder. */
  settings: Record<string, string | number>;
  /** False for data that nobody will miss: made without fsync, and removed once the server has gone. */
  isDurable: boolean;
  /** Of another version than the one that npm installed. */
  programs?: PostgresPrograms | undefined;
  /** Receives the server's log, line by line. */
  onLog?: (line: string) => void;
}

export interface PostgresServer extends AsyncDisposable {
  /** Settles once the server has gone, whoever stopped it. */
  exited: Promise<void>;
  /** Of the postmaster. */
  pid: number;
}

const stopTimeoutMs = 15_000;

// initdb takes the password from a file that its own account can read, and nobody else.
const initialise = `
file=$(mktemp) && trap 'rm -f "$file"' EXIT && cat >"$file" && "$@" --pwfile="$file"
`;

/** Starts a real PostgreSQL and returns once it accepts connections on 127.0.0.1. */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const { initdb, postgres } = options.programs ?? (await locatePostgresPrograms());
  if (!existsSync(options.dataFolder)) initialiseFolder(initdb, options);
  const account = postgresAccount(postgres, options.dataFolder);
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...options.settings };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const leftover = readPostmasterNote(options.dataFolder);
  const child = spawnGuarded({
    ...account,
    words: [postgres, '-D', options.dataFolder, '-p', String(options.port), ...flags],
    stopSignal: 'INT',
    throwaway: options.isDurable ? undefined : options.dataFolder,
  });
  const faults = followLog(child, options.onLog);
  let isGone = false;
  const exited = new Promise<void>((resolve) => {
    child.once('close', resolve);
    child.once('error', ({ message }) => {
      faults.push(message);
      resolve();
    });
  }).finally(() => (isGone = true));
  await using unready = new AsyncDisposableStack();
  unready.defer(async () => {
    child.stdin?.destroy();
    await exited;
  });
  const pid = await untilReady(options.dataFolder, leftover, () => isGone);
  if (pid === undefined)
    throw new Error(`PostgreSQL did not start: ${faults.join('; ') || 'it gave no reason'}.`);
  unready.move();

  return {
    exited,
    pid,
    async [Symbol.asyncDispose]() {
      child.stdin?.destroy();
      await Promise.race([exited, sleep(stopTimeoutMs, undefined, { ref: false })]);
      // What it could not write out in time, the next start recovers from its log.
      if (!isGone) process.kill(pid, 'SIGQUIT');
      await exited;
    },
  };
}

/** Makes the folder under another name first: one that was cut off half way must not look complete. */
function initialiseFolder(
  initdb: string,
  { dataFolder, superuser, password, isDurable, programs }: PostgresServerOptions,
): void {
  const unfinished = `${dataFolder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  lendToPostgres(unfinished);
  const account = postgresAccount(initdb, unfinished);
  const words = [
    initdb,
    `--pgdata=${unfinished}`,
    `--username=${superuser}`,
    '--auth=scram-sha-256',
    // The same order and the same messages on every machine, whatever locales it has.
    ...['--encoding=UTF8', '--locale=C'],
    ...(programs ? [] : ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']),
    ...(isDurable ? [] : ['--no-sync']),
  ];
  const [command = 'sh', ...args] = [...account.launcher, 'sh', '-c', initialise, 'sh', ...words];
  const env = { PATH: process.env.PATH, TMPDIR: '/tmp' };
  const { status, stderr, error } = spawnSync(command, args, {
    ...account.ids,
    cwd: '/',
    env,
    input: `${password}\n`,
  });
  if (status !== 0)
    throw new Error(`PostgreSQL could not make its data folder: ${String(error ?? stderr).trim()}`);
  renameSync(unfinished, dataFolder);
}

function followLog(child: ChildProcess, onLog?: (line: string) => void): string[] {
  const faults: string[] = [];
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      onLog?.(line);
      const fault = /(?:FATAL|PANIC|could not): +(.*)/.exec(line)?.[1];
      if (fault && faults.length < 5) faults.push(fault);
    }
  });
  return faults;
}

/** Waits for the server's own word; a note that was there before is one that a killed server left. */
async function untilReady(
  dataFolder: string,
  leftover: PostmasterNote | undefined,
  hasExited: () => boolean,
): Promise<number | undefined> {
  while (!hasExited()) {
    const note = readPostmasterNote(dataFolder);
    const isOurs = note && (note.pid !== leftover?.pid || note.startedAt !== leftover.startedAt);
    if (isOurs && note.isReady) return note.pid;
    await sleep(10);
  }
  return undefined;
}
