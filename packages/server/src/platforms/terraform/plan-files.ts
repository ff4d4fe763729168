import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../infra/clock.ts';
import { makeFolderDurably, renameDurably, syncFile, writeDurably } from '../../infra/durable-files.ts';

/** Plan files by their digest. They hold whatever terraform knows, secrets too, and nobody but the server reads them. */
export interface PlanFiles {
  readonly folder: string;
  /** Takes a plan file over; gives its digest. */
  readonly keep: (file: string) => Promise<string>;
  /** Where it is, if it is still what it was; null otherwise. */
  readonly find: (digest: string) => Promise<string | null>;
  /** Notes, before anything is done, that this plan is being applied: a power cut later, it is still noted. */
  readonly markBegun: (digest: string) => Promise<void>;
  /** Takes the note back: surely nothing was done. */
  readonly clearBegun: (digest: string) => Promise<void>;
  readonly hasBegun: (digest: string) => Promise<boolean>;
}

/** Longer than anybody waits for an approval; what is planned again then is shown again. */
const keptMs = 14 * 24 * 3_600_000;

export const createPlanFiles = (folder: string): PlanFiles => {
  const fileOf = (digest: string): string => join(folder, `${digest}.tfplan`);
  const markOf = (digest: string): string => join(folder, `${digest}.begun`);
  const sweep = async (): Promise<void> => {
    const oldest = systemClock.now().getTime() - keptMs;
    for (const name of await readdir(folder)) {
      const file = join(folder, name);
      const found = await stat(file).catch(() => null);
      if (found && found.mtimeMs < oldest) await rm(file, { force: true });
    }
  };
  return {
    folder,
    keep: async (file) => {
      await makeFolderDurably(folder, 0o700);
      await sweep();
      const digest = digestOf(await readFile(file));
      await chmod(file, 0o600);
      await syncFile(file);
      await renameDurably(file, fileOf(digest));
      return digest;
    },
    find: async (digest) => {
      const bytes = await readFile(fileOf(digest)).catch(() => null);
      return bytes && digestOf(bytes) === digest ? fileOf(digest) : null;
    },
    markBegun: (digest) => writeDurably(markOf(digest), ''),
    clearBegun: (digest) => rm(markOf(digest), { force: true }),
    hasBegun: async (digest) => (await stat(markOf(digest)).catch(() => null)) !== null,
  };
};

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
