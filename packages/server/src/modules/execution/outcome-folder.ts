import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { AttemptResult } from '../../domain/run.ts';
import { makeFolderDurably, writeDurably } from '../../infra/durable-files.ts';
import type { FinishedAttempt } from './settle-attempts.ts';

/**
 * Outcomes that the database could not take yet, one file each in the home folder, so that they outlive the
 * process: what is known to have happened is never asked about. They hold what the record would hold.
 */
export interface OutcomeFolder {
  /** Returns once it is on the disk. */
  write(attempt: FinishedAttempt): Promise<void>;
  remove(attempt: FinishedAttempt): Promise<void>;
  /** What is there; a file that nobody can read is set aside and named. */
  read(): Promise<{ readonly attempts: readonly FinishedAttempt[]; readonly unreadable: readonly string[] }>;
}

const isResult = z.looseObject({
  kind: z.enum(['SUCCEEDED', 'RETRIABLE', 'HELD', 'FAILED', 'UNKNOWN', 'DRIFTED', 'REFUSED']),
});
const attemptSchema = z.object({
  stepId: z.uuid(),
  fence: z.int().positive(),
  worker: z.string().nullable().default(null),
  result: z.custom<AttemptResult>((value) => isResult.safeParse(value).success),
});

const suffix = '.json';

export const createOutcomeFolder = (home: string): OutcomeFolder => {
  const folder = join(home, 'outcomes');
  const fileOf = ({ stepId, fence }: FinishedAttempt): string => join(folder, `${stepId}-${fence}${suffix}`);

  const readOne = async (file: string): Promise<FinishedAttempt | null> => {
    try {
      return attemptSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch {
      await rename(file, `${file}.unreadable`);
      return null;
    }
  };

  return {
    async write(attempt) {
      await makeFolderDurably(folder, 0o700);
      await writeDurably(fileOf(attempt), JSON.stringify(attempt));
    },
    remove: (attempt) => rm(fileOf(attempt), { force: true }),
    async read() {
      // The first outcome that is written down makes it.
      const names = existsSync(folder) ? await readdir(folder) : [];
      const files = names.filter((name) => name.endsWith(suffix)).map((name) => join(folder, name));
      const read = await Promise.all(files.map(async (file) => [file, await readOne(file)] as const));
      return {
        attempts: read.flatMap(([, attempt]) => attempt ?? []),
        unreadable: read.flatMap(([file, attempt]) => (attempt ? [] : [file])),
      };
    },
  };
};
