import { execFile } from 'node:child_process';
import type { Config } from '../src/config.ts';
import { inheritedEnvironment } from './inherited-environment.ts';
import { programOf } from './programs.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The program itself, as somebody at the machine calls it. */
export const countersignOf =
  (
    { config: { home, database } }: { readonly config: Config },
    moreEnvironment: Readonly<Record<string, string>> = {},
  ) =>
  (...words: string[]): Promise<Said> =>
    new Promise((resolve) => {
      const env = {
        ...inheritedEnvironment(),
        DATABASE_APP_URL: database.given?.app,
        DATABASE_QUEUE_URL: database.given?.queue ?? undefined,
        COUNTERSIGN_HOME: home,
        ...moreEnvironment,
      };
      execFile(process.execPath, [programOf('cli'), ...words], { env }, (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err });
      });
    });
