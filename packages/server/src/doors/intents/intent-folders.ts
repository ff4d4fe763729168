import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import {
  constants,
  lstat,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import { renameDurably } from '../../infra/durable-files.ts';
import { intentFileName } from './intent-check.ts';

/** Absolute paths. */
export interface IntentFolders {
  readonly handoff: string;
  readonly status: string;
  readonly processed: string;
  readonly failed: string;
}

export const makeFolders = async (folders: IntentFolders): Promise<void> => {
  for (const folder of Object.values(folders) as string[]) await mkdir(folder, { recursive: true });
};

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Null where somebody else has taken it. */
export const lookAt = async (path: string): Promise<Stats | null> => {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** False where somebody else was quicker. */
export const taken = async (from: string, to: string): Promise<boolean> => {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

/** Names of intent files, at most so many; files of other names are left alone. */
export const namesIn = async (folder: string, most: number): Promise<readonly string[]> => {
  const names: string[] = [];
  for await (const entry of await opendir(folder)) {
    if (entry.isDirectory() || !intentFileName.test(entry.name)) continue;
    names.push(entry.name);
    if (names.length >= most) break;
  }
  return names;
};

/** Into another folder, under its name, or beside a namesake from before. False where the file is not ours any more. */
export const moveInto = async (from: string, folder: string, name: string): Promise<boolean> => {
  const isFree = (await lookAt(join(folder, name))) === null;
  const to = join(folder, isFree ? name : name.replace(/\.json$/, `.${randomUUID().slice(0, 8)}.json`));
  try {
    return await taken(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
  }
  await copyAcross(from, to);
  await rm(from, { recursive: true, force: true });
  return true;
};

/** To another file system. No link is followed, since it may lead to what its writer may not read; only a file that can be read is kept. */
export const copyAcross = async (from: string, to: string): Promise<void> => {
  const file = await openFile(from);
  if (typeof file === 'string') return;
  const draft = `${to}.part`;
  try {
    await writeFile(draft, file.createReadStream({ autoClose: false }), {
      flag: 'w',
      mode: 0o600,
      flush: true,
    });
    await renameDurably(draft, to);
  } finally {
    await file.close();
  }
};

/** Opened as what it is itself, and only where it is a file. */
const openFile = async (path: string): Promise<FileHandle | 'NO_FILE' | 'NO_LEAVE'> => {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ELOOP' || error.code === 'ENXIO'))
      return 'NO_FILE';
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return 'NO_LEAVE';
    throw error;
  });
  if (typeof file === 'string' || (await file.stat()).isFile()) return file;
  await file.close();
  return 'NO_FILE';
};

/** What a claimed file holds. No link is followed, nothing but a file is read, and no more than may be. */
export const readBounded = async (
  path: string,
  mostBytes: number,
): Promise<Buffer | 'NO_FILE' | 'NO_LEAVE'> => {
  const file = await openFile(path);
  if (typeof file === 'string') return file;
  try {
    const stats = await file.stat();
    // One byte more tells that it is too large.
    const buffer = Buffer.alloc(Math.min(stats.size, mostBytes + 1));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

/** Ends what was left in these folders for longer than it is kept; at most so many at a time. */
export const cleanUp = async (
  folders: readonly string[],
  isOld: (changed: Date) => boolean,
  most: number,
): Promise<number> => {
  let ended = 0;
  for (const folder of folders) {
    for await (const entry of await opendir(folder)) {
      if (ended >= most) return ended;
      if (!/^intent-.*\.json(\.status)?$/.test(entry.name)) continue;
      const path = join(folder, entry.name);
      const stats = await lookAt(path);
      if (stats === null || stats.isDirectory() || !isOld(stats.ctime)) continue;
      await rm(path, { force: true });
      ended += 1;
    }
  }
  return ended;
};
