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

/** Our own settings point git elsewhere, so what the repository itself says is read from its files. */
const hooksFolder = async (
  git: Git,
  gitDir: string,
  signal: AbortSignal,
): Promise<{ readonly folder: string | null; readonly elsewhere: string | null }> => {
  const args = ['config', '--includes', '--show-scope', '-z', '--get-all', 'core.hooksPath'];
  const { text } = await git(args, { gitDir, signal, answers: [1] });
  const fields = text.split('\0');
  // Of several the last counts; what we give to each call is of the scope "command".
  const [set = ''] = fields
    .flatMap((scope, at) => (at % 2 === 0 && scope !== 'command' ? (fields[at + 1] ?? []) : []))
    .slice(-1);
  if (set === '') return { folder: join(gitDir, 'hooks'), elsewhere: null };
  // Of somebody's home, or of git's own folders, which are not ours.
  if (/^~|^%\(/.test(set)) return { folder: null, elsewhere: set };
  const base = basename(gitDir) === '.git' ? dirname(gitDir) : gitDir;
  return { folder: isAbsolute(set) ? set : join(base, set), elsewhere: null };
};

const isProgramFile = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => null);
  return found !== null && found.isFile() && (found.mode & 0o111) !== 0;
};
