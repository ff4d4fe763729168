import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** A backup while it is written: nobody finds it before `finish`, and without it nothing is left of it. */
export interface BackupDraft extends AsyncDisposable {
  write(path: string, bytes: Readable): Promise<void>;
  finish(): Promise<void>;
}

/** Where backups are kept. */
export interface BackupPlace {
  /** As people find it. */
  readonly name: string;
  /** Ids of whole backups, the oldest first. */
  list(): Promise<readonly string[]>;
  begin(id: string): Promise<BackupDraft>;
  /** Paths of all that is in a backup; null where there is none by that id. */
  files(id: string): Promise<readonly string[] | null>;
  read(id: string, path: string): Readable;
}

const isId = (name: string): boolean => z.uuid().safeParse(name).success;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const namesIn = async (folder: string): Promise<readonly string[] | null> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** What was written must be on the disk, with the name that it has. */
const sync = async (path: string): Promise<void> => {
  await using handle = await open(path);
  await handle.sync();
};

/** A folder of its own for each backup. */
export const backupFolder = (given: string): BackupPlace => {
  const folder = resolve(given);
  return {
    name: folder,
    async list() {
      return ((await namesIn(folder)) ?? []).filter(isId).toSorted();
    },
    async begin(id) {
      const draft = join(folder, `${id}.part`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await mkdir(draft, { mode: 0o700 });
      const folders = new Set([draft]);
      return {
        async write(path, bytes) {
          const file = join(draft, path);
          await mkdir(dirname(file), { recursive: true, mode: 0o700 });
          folders.add(dirname(file));
          await pipeline(bytes, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
        },
        async finish() {
          for (const each of folders) await sync(each);
          await rename(draft, join(folder, id));
          await sync(folder);
        },
        [Symbol.asyncDispose]: () => rm(draft, { recursive: true, force: true }),
      };
    },
    async files(id) {
      const names = isId(id) ? await namesIn(join(folder, id)) : null;
      if (names === null) return null;
      const paths = await Promise.all(
        names.map(async (name) => {
          const isFolder = (await lstat(join(folder, id, name))).isDirectory();
          const inner = isFolder ? await namesIn(join(folder, id, name)) : null;
          return inner?.map((each) => `${name}/${each}`) ?? [name];
        }),
      );
      return paths.flat().toSorted();
    },
    read: (id, path) => createReadStream(join(folder, id, path)),
  };
};
