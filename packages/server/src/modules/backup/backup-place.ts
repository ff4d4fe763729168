import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { makeFolderDurably, syncFolder } from '../../infra/durable-files.ts';

/** A backup while it is written: nobody finds it before `finish`, and without it nothing is left of it. */
export interface BackupDraft extends AsyncDisposable {
  write(path: string, bytes: Readable): Promise<void>;
  finish(): Promise<void>;
}

/** Where backups are kept. */
export interface BackupPlace {
  /** As people find it. */
  readonly name: string;
  /** The name of the key that files are encrypted with there; null where they are kept as they are. */
  readonly encryptsWith: string | null;
  /** Ids of whole backups, the oldest first. */
  list(): Promise<readonly string[]>;
  /** Aborted, it writes no further: `write` throws. */
  begin(id: string, signal?: AbortSignal): Promise<BackupDraft>;
  /** Paths of all that is in a backup; null where there is none by that id. */
  files(id: string): Promise<readonly string[] | null>;
  read(id: string, path: string): Readable;
  /** All of a backup; nothing where it is gone already. */
  remove(id: string): Promise<void>;
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

/** Who writes, writes something within it: a try that has been silent for longer was cut off. */
const silentMs = 60 * 60_000;

/** What tries left that were cut off, or removals. */
const removeLeft = async (folder: string, nowMs: number): Promise<void> => {
  for (const name of (await namesIn(folder)) ?? []) {
    const [id = '', aTry = '', part, ...more] = name.split('.');
    if (part !== 'part' || more.length > 0 || !isId(id) || !isId(aTry)) continue;
    if (nowMs - (await changedAt(join(folder, name))) > silentMs)
      await rm(join(folder, name), { recursive: true, force: true });
  }
};

/** The newest change of a folder and of all below it. */
const changedAt = async (folder: string): Promise<number> => {
  const below = await readdir(folder, { recursive: true }).catch(() => []);
  const times = await Promise.all(
    ['', ...below].map((path) =>
      stat(join(folder, path)).then(
        ({ mtimeMs }) => mtimeMs,
        // Just renamed or removed: somebody is at work.
        () => Infinity,
      ),
    ),
  );
  return Math.max(...times);
};

const isThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST');

/** A folder of its own for each backup. */
export const backupFolder = (given: string): BackupPlace => {
  const folder = resolve(given);
  return {
    name: folder,
    encryptsWith: null,
    async list() {
      return ((await namesIn(folder)) ?? []).filter(isId).toSorted();
    },
    async begin(id, signal) {
      // Of this try alone: one that was believed dead may write still.
      const draft = join(folder, `${id}.${randomUUID()}.part`);
      await makeFolderDurably(folder, 0o700);
      await mkdir(draft, { mode: 0o700 });
      // By the clock of the disk, which may be another machine's.
      await removeLeft(folder, (await stat(draft)).mtimeMs);
      const folders = new Set([draft]);
      return {
        async write(path, bytes) {
          const file = join(draft, path);
          await mkdir(dirname(file), { recursive: true, mode: 0o700 });
          folders.add(dirname(file));
          const written = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
          await pipeline(bytes, written, { ...(signal && { signal }) });
        },
        async finish() {
          for (const each of folders) await syncFolder(each);
          try {
            await rename(draft, join(folder, id));
          } catch (error) {
            // Another try came first: that one is the backup, and nothing stays of this one.
            if (!isThere(error)) throw error;
          }
          await syncFolder(folder);
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
    async remove(id) {
      if (!isId(id) || (await namesIn(join(folder, id))) === null) return;
      // At once, so that nobody takes what is left of it for a backup.
      const going = join(folder, `${id}.${randomUUID()}.part`);
      await rename(join(folder, id), going);
      await rm(going, { recursive: true, force: true });
    },
  };
};
