import { existsSync, readFileSync } from 'node:fs';
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
  const file = postmasterNoteFile(dataFolder);
  if (!existsSync(file)) return undefined;
  const [pid, folder = '', startedAt, , , , , state = ''] = readFileSync(file, 'utf8').split('\n');
  return {
    pid: Number(pid),
    dataFolder: folder,
    startedAt: Number(startedAt),
    isReady: state.trim() === 'ready',
  };
}

export function postmasterNoteFile(dataFolder: string): string {
  return join(dataFolder, 'postmaster.pid');
}
