import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/*
 * What is on the disk after a power cut. A file that was written may be empty then, and one that was made or renamed may
 * be gone or under its old name, until the file and the folder that names it are synced: all that the server goes by
 * later is written through here.
 */

/** Brings what was written of a file to the disk. */
export const syncFile = async (file: string): Promise<void> => {
  await using handle = await open(file);
  await handle.sync();
};

/** Brings what a folder names to the disk, where its file system can do that. */
export const syncFolder = async (folder: string): Promise<void> => {
  await syncFile(folder).catch(throwUnlessUnsyncable);
};

/** Some file systems sync no folders, and some folders may be written to and not read. */
const throwUnlessUnsyncable = (error: unknown): void => {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!['EACCES', 'EBADF', 'EINVAL', 'EISDIR'].includes(code)) throw error;
};

/** The folder and those above it, which are on the disk under their names. */
export const makeFolderDurably = async (folder: string, mode = 0o777): Promise<void> => {
  const first = await mkdir(folder, { recursive: true, mode });
  if (first === undefined) return;
  for (let made = folder; ; made = dirname(made)) {
    await syncFolder(dirname(made));
    if (made === first || made === dirname(made)) return;
  }
};

/** A file whose bytes are on the disk, or a folder, goes by another name: on the disk as well. */
export const renameDurably = async (from: string, to: string): Promise<void> => {
  await rename(from, to);
  await syncFolder(dirname(to));
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
};

/** Nobody ever reads half of it; once this is done it is on the disk. */
export const writeDurably = async (file: string, content: string | Buffer, mode = 0o600): Promise<void> => {
  const draft = `${file}.${randomUUID()}.part`;
  try {
    await writeSynced(draft, content, mode);
    await renameDurably(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
};

const writeSynced = async (file: string, content: string | Buffer, mode: number): Promise<void> => {
  await using handle = await open(file, 'wx', mode);
  await handle.writeFile(content);
  await handle.sync();
};

const newline = 0x0a;

/** Whole lines at the end of a file. What a power cut left there of a line stays a line of its own. */
export const appendDurably = async (file: string, lines: string, mode = 0o600): Promise<void> => {
  await using handle = await open(file, 'a+', mode);
  const { size } = await handle.stat();
  const isCutOff =
    size > 0 && (await handle.read({ buffer: Buffer.alloc(1), position: size - 1 })).buffer[0] !== newline;
  await handle.appendFile(isCutOff ? `\n${lines}` : lines);
  await handle.sync();
  if (size === 0) await syncFolder(dirname(file));
};

const syncFileSync = (path: string): void => {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

export const syncFolderSync = (folder: string): void => {
  try {
    syncFileSync(folder);
  } catch (error) {
    throwUnlessUnsyncable(error);
  }
};

export const renameDurablySync = (from: string, to: string): void => {
  renameSync(from, to);
  syncFolderSync(dirname(to));
};

export const writeDurablySync = (file: string, content: string, mode = 0o600): void => {
  const draft = `${file}.${randomUUID()}.part`;
  try {
    writeFileSync(draft, content, { mode, flag: 'wx', flush: true });
    renameDurablySync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
};

/** As `writeDurablySync` where there is no such file; what is there stays. */
export const makeFileDurablySync = (file: string, content: string | Buffer, mode = 0o600): void => {
  const draft = `${file}.${randomUUID()}.part`;
  try {
    writeFileSync(draft, content, { mode, flag: 'wx', flush: true });
    linkSync(draft, file);
    syncFolderSync(dirname(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};
