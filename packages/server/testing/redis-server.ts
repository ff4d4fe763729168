import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnGuarded } from '@countersign/postgres/guarded-process';
import { freePort } from '@countersign/postgres/free-port';
import { hasProgram } from './debian-package.ts';

export interface RedisServer extends AsyncDisposable {
  url: string;
  port: number;
  /** Ends it without a word, as a crash would; `start` brings it back with what its files still hold. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Alive, and answering nobody, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Of the data; empty unless something is appended. */
  folder: string;
}

export interface RedisOptions {
  /** How the append-only file is synced; `no` keeps nothing on disk. */
  appendOnly?: 'no' | 'everysec' | 'always';
  /** More words of its command line: of a replica, or of a node of a cluster. */
  settings?: readonly string[];
  /** Makes it a sentinel, configured by this text. */
  sentinel?: string;
}

const startTimeoutMs = 60_000;

/** The machine's own redis-server on a free port, with throwaway data and without evictions. */
export async function startRedis({
  appendOnly = 'no',
  settings: more = [],
  sentinel,
}: RedisOptions = {}): Promise<RedisServer> {
  ensureRedisServer();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-redis-'));
  const port = await freePort();
  const append =
    appendOnly === 'no' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', appendOnly];
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...append];
  const ofServer = [...settings, '--maxmemory-policy', 'noeviction', '--loglevel', 'warning', ...more];
  const configuration = join(folder, 'sentinel.conf');
  if (sentinel !== undefined)
    await writeFile(configuration, `port ${port}\nbind 127.0.0.1\ndir ${folder}\n${sentinel}\n`);
  const words = ['redis-server', ...(sentinel === undefined ? ofServer : [configuration, '--sentinel'])];
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const deadline = performance.now() + startTimeoutMs;
    const launch = (): ChildProcess =>
      spawnGuarded({ words, stopSignal: 'TERM', throwaway: appendOnly === 'no' ? folder : undefined });
    child = launch();
    while (!(await answers(port))) {
      if (child.exitCode !== null) {
        // While it was away, a connection of somebody else may have been given its port for a moment.
        if (performance.now() > deadline) throw new Error(`redis-server ended with code ${child.exitCode}.`);
        await sleep(100);
        await mkdir(folder, { recursive: true });
        child = launch();
      }
      await sleep(5);
    }
  }

  async function stop(end: (running: ChildProcess) => void): Promise<void> {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    end(child);
    await exit;
  }

  const signal = (name: NodeJS.Signals): void => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, name);
  };

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    start,
    // The child leads the group that the server is in.
    kill: () => stop(({ pid = 0 }) => process.kill(-pid, 'SIGKILL')),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      signal('SIGCONT');
      await stop(({ stdin }) => stdin?.destroy());
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => {
      socket.destroy();
      resolve(reply.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
}

function ensureRedisServer(): void {
  if (hasProgram('redis-server', 'redis-server')) return;
  throw new Error(
    'Tests need redis-server, which is not on this machine: install it (Debian: apt-get install redis-server).',
  );
}
