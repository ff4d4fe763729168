import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Git } from './git.ts';

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
]);

export interface LocalHooks {
  /** Hooks that may say no. We run none, so where there is one nothing is committed. */
  readonly deciding: readonly string[];
  /** Hooks that would run and do not. */
  readonly unheard: readonly string[];
}

/** The hooks that git would run in this repository. */
export const localHooks = async (git: Git, gitDir: string, signal: AbortSignal): Promise<LocalHooks> => {
  const folder = await hooksFolder(git, gitDir, signal);
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
  };
};

/** Our own settings point git elsewhere, so what the repository itself says is read from its file. */
const hooksFolder = async (git: Git, gitDir: string, signal: AbortSignal): Promise<string> => {
  const args = ['config', '--local', '--includes', '--type=path', '--get', 'core.hooksPath'];
  const { exitCode, text } = await git(args, { gitDir, signal, answers: [1] });
  const set = text.replace(/\n$/, '');
  if (exitCode !== 0 || set === '') return join(gitDir, 'hooks');
  return isAbsolute(set) ? set : join(basename(gitDir) === '.git' ? dirname(gitDir) : gitDir, set);
};

const isProgramFile = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => null);
  return found !== null && found.isFile() && (found.mode & 0o111) !== 0;
};
