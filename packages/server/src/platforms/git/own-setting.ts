import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Git } from './git.ts';

/** What the repository itself says of a setting, over which ours goes in every call; null where it says nothing. */
export const ownSetting = async (
  git: Git,
  gitDir: string,
  name: string,
  signal: AbortSignal,
): Promise<string | null> => {
  const args = ['config', '--includes', '--show-scope', '-z', '--get-all', name];
  const { text } = await git(args, { gitDir, signal, answers: [1] });
  const fields = text.split('\0');
  // Of several the last counts; what we give to each call is of the scope "command".
  const [set = ''] = fields
    .flatMap((scope, at) => (at % 2 === 0 && scope !== 'command' ? (fields[at + 1] ?? []) : []))
    .slice(-1);
  return set === '' ? null : set;
};

/** A path of such a setting; null where it is of somebody's home, or of git's own folders, which are not ours. */
export const ownPath = (gitDir: string, set: string): string | null => {
  if (/^~|^%\(/.test(set)) return null;
  const base = basename(gitDir) === '.git' ? dirname(gitDir) : gitDir;
  return isAbsolute(set) ? set : join(base, set);
};
