import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';
import { ownPath, ownSetting } from './own-setting.ts';

/** A receiving repository asks these whether a branch may move. */
const deciding = new Set(['pre-receive', 'update', 'proc-receive', 'reference-transaction']);
/** Others that a commit at a keyboard, or a push, would run. */
const following = new Set([
  'pre-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'post-receive',
  'post-update',
  'pre-push',
]);

export interface LocalHooks {
  /** Hooks that may say no. We run none, so where there is one nothing is committed. */
  readonly deciding: readonly string[];
  /** Hooks that would run and do not. */
  readonly unheard: readonly string[];
  /** Where they are, if that is another place for everybody who commits; null where it is one place. */
  readonly elsewhere: string | null;
}

/** The hooks that git would run in this repository. */
export const localHooks = async (git: Git, gitDir: string, signal: AbortSignal): Promise<LocalHooks> => {
  const { folder, elsewhere } = await hooksFolder(git, gitDir, signal);
  if (folder === null) return { deciding: [], unheard: [], elsewhere };
  const names = await readdir(folder).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  });
  const known = names.filter((name) => deciding.has(name) || following.has(name));
  const active = await Promise.all(
    known.map(async (name) => ((await isProgramFile(join(folder, name))) ? [name] : [])),
  );
  const found = active.flat().toSorted();
  return {
    deciding: found.filter((name) => deciding.has(name)),
    unheard: found.filter((name) => following.has(name)),
    elsewhere,
  };
};

const hooksFolder = async (
  git: Git,
  gitDir: string,
  signal: AbortSignal,
): Promise<{ readonly folder: string | null; readonly elsewhere: string | null }> => {
  const set = await ownSetting(git, gitDir, 'core.hooksPath', signal);
  if (set === null) return { folder: join(gitDir, 'hooks'), elsewhere: null };
  const folder = ownPath(gitDir, set);
  return folder === null ? { folder, elsewhere: set } : { folder, elsewhere: null };
};

const isProgramFile = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => null);
  return found !== null && found.isFile() && (found.mode & 0o111) !== 0;
};
