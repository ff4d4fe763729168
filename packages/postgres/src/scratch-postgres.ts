import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { PostgresPrograms } from './postgres-programs.ts';
import { durableSettings, startPostgresServer } from './postgres-server.ts';

export interface ScratchPostgres extends AsyncDisposable {
  /** Of the superuser, on the database `postgres`. */
  connectionString: string;
  /** Of the server's first process. */
  pid: number;
}

/**
 * A real PostgreSQL with throwaway data on a free port. `isDurable` runs it as the embedded
 * default is run, for those who measure it, or kill it and look at what is left; `programs` are those of
 * another version than the one that npm installed; `moreSettings` are added to those of its kind.
 */
export async function startScratchPostgres({
  isDurable = false,
  programs,
  moreSettings = {},
}: {
  isDurable?: boolean;
  programs?: PostgresPrograms;
  moreSettings?: Record<string, string | number>;
} = {}): Promise<ScratchPostgres> {
  const parent = isDurable ? tmpdir() : await fastestFolder();
  const folder = await mkdtemp(join(parent, 'scratch-postgres-'));
  // The server's account, which is not ours when we are root, passes through here to its data.
  await chmod(folder, 0o711);
  const password = randomBytes(16).toString('hex');
  const port = await freePort();
  const settings = {
    ...(isDurable ? durableSettings : throwawaySettings),
    // Each connection proves a password, and these protect nothing. Other versions may not know it.
    ...(isDurable || programs ? {} : { scram_iterations: 1 }),
    ...moreSettings,
  };
  const server = await startPostgresServer({
    dataFolder: join(folder, 'data'),
    port,
    superuser,
    password,
    isDurable,
    programs,
    settings,
  });
  return {
    connectionString: `postgresql://${superuser}:${password}@127.0.0.1:${port}/postgres`,
    pid: server.pid,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Memory where there is plenty: a database is cloned in 10 ms there, and in 150 ms on a disk. */
async function fastestFolder(): Promise<string> {
  const memory = '/dev/shm';
  const space = await statfs(memory).catch(() => undefined);
  return space && space.bavail * space.bsize > neededBytes ? memory : tmpdir();
}

const superuser = 'postgres';
const neededBytes = 4 * 1024 ** 3;

const throwawaySettings = {
  max_connections: 300,
  shared_buffers: '64MB',
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  dynamic_shared_memory_type: 'mmap',
  jit: 'off',
  max_parallel_workers_per_gather: 0,
  // For tests that ask what was committed when.
  track_commit_timestamp: 'on',
};
