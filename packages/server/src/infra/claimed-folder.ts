import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeProcess } from '@countersign/postgres/described-process';

/**
 * Makes a folder this process's own until it is disposed. Throws a sentence for the operator where the
 * folder cannot be written or another living process holds it; a holder that died no longer counts.
 */
export function claimFolder(folder: string): Disposable {
  const file = join(folder, 'holder.json');
  const us = { pid: process.pid, startedAt: describeProcess(process.pid)?.startedAt };
  try {
    makeFolder(folder);
    const holder = readHolder(file);
    const living = holder && describeProcess(holder.pid);
    if (living && living.startedAt === holder.startedAt) {
      throw new Error(`The folder ${folder} is in use by another Countersign, process ${holder.pid}.`);
    }
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(us), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw describeFolderError(error, folder);
  }
  return {
    [Symbol.dispose]() {
      rmSync(file, { force: true });
    },
  };
}

/**
 * Makes a folder and those above it; throws a sentence for the operator. Node's own `recursive` never comes
 * back where a parent exists but takes no folders, as /proc.
 */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  try {
    if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
    mkdirSync(folder);
  } catch (error) {
    // Somebody else may have been quicker.
    if (!isFolder(folder)) throw describeFolderError(error, folder);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Turns the file system's refusal into a sentence that names the folder; returns every other error as it is. */
export function describeFolderError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const reason = folderFaults[String(error.code)];
  if (reason === undefined) return error;
  return new Error(`The folder ${folder} cannot be used: ${reason}; set COUNTERSIGN_HOME to another.`, {
    cause: error,
  });
}

const folderFaults: Record<string, string> = {
  EACCES: 'we may not write there',
  EPERM: 'we may not write there',
  EROFS: 'it is on a read-only file system',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a file has its name, or another process has just taken it',
  ENOSPC: 'the disk is full',
  ENOENT: 'it cannot be made there',
};

interface Holder {
  pid: number;
  startedAt?: string;
}

function readHolder(file: string): Holder | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    // Cut off while it was written: its writer is gone.
    return undefined;
  }
}
