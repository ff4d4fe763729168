import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a PostgreSQL server writes about itself into `postmaster.pid`; pg_ctl reads the same. */
export interface PostmasterNote {
  pid: number;
  dataFolder: string;
  /** Seconds since 1970. */
  startedAt: number;
  /** Whether it accepts connections. */
  isReady: boolean;
}

/** Undefined where there is none. A server that was killed leaves its note behind. */
export function readPostmasterNote(dataFolder: string): PostmasterNote | undefined {
  const text = readIfThere(postmasterNoteFile(dataFolder));
  if (text === undefined) return undefined;
  const [pid, folder = '', startedAt, , , , , state = ''] = text.split('\n');
  return {
    pid: Number(pid),
    dataFolder: folder,
    startedAt: Number(startedAt),
    isReady: state.trim() === 'ready',
  };
}

/** In one call: between a look and a read, a server that stops takes its note away. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function postmasterNoteFile(dataFolder: string): string {
  return join(dataFolder, 'postmaster.pid');
}
