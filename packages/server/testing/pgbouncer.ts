import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnGuarded } from '@countersign/postgres/guarded-process';
import { freePort } from '@countersign/postgres/free-port';
import { hasProgram } from './debian-package.ts';
import { isListening } from './listening.ts';
import { until } from './until.ts';

export interface Pgbouncer extends AsyncDisposable {
  /** The same database, through it. */
  readonly url: string;
}

export interface PgbouncerOptions {
  readonly mode: 'session' | 'transaction' | 'statement';
  /** Drops the settings that a connection asks for, where it would refuse it. */
  readonly isSilent?: boolean;
}

/** The machine's own PgBouncer before a database, on a free port. */
export const startPgbouncer = async (
  connectionString: string,
  { mode, isSilent = false }: PgbouncerOptions,
): Promise<Pgbouncer> => {
  if (!hasProgram('pgbouncer', 'pgbouncer'))
    throw new Error(
      'Tests need pgbouncer, which is not on this machine: install it (Debian: apt-get install pgbouncer).',
    );
  const url = new URL(connectionString);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-pgbouncer-'));
  const port = await freePort();
  const { hostname, port: ofServer, username, password } = url;
  const settings = [
    '[databases]',
    `* = host=${hostname} port=${ofServer} user=${username} password=${password}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    ...(isSilent ? ['ignore_startup_parameters = options'] : []),
  ];
  await writeFile(join(folder, 'pgbouncer.ini'), settings.join('\n'));
  // It does not run as root.
  await Promise.all([chmod(folder, 0o755), chmod(join(folder, 'pgbouncer.ini'), 0o644)]);
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const words = ['pgbouncer', ...user, join(folder, 'pgbouncer.ini')];
  const child = spawnGuarded({ words, stopSignal: 'INT', throwaway: folder });
  await until(
    () => isListening(port),
    () => `pgbouncer does not listen (it ended with ${child.exitCode})`,
    { timeoutMs: 60_000 },
  );
  url.port = String(port);
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.stdin?.destroy();
        await exit;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
};
