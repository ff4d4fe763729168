import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startScratchPostgres, type ScratchPostgres } from '@countersign/postgres/scratch-postgres';

export interface OtherPostgres {
  readonly version: string;
  /** With throwaway data, on a free port: never the machine's own service. */
  start(): Promise<ScratchPostgres>;
}

/** The programs of another PostgreSQL, where the machine has some. */
export const otherPostgres = (): readonly OtherPostgres[] => {
  const ask = (option: string): string => {
    try {
      return execFileSync('pg_config', [option], { encoding: 'utf8' }).trim();
    } catch {
      return '';
    }
  };
  const folder = ask('--bindir');
  const programs = { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
  if (!existsSync(programs.initdb) || !existsSync(programs.postgres)) return [];
  return [{ version: ask('--version'), start: () => startScratchPostgres({ programs }) }];
};
