import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Git } from './git.ts';

export interface OwnSetting {
  /** In lower case, but for what stands between the first and the last dot. */
  readonly name: string;
  /** Null where only its name is there, which means yes. */
  readonly value: string | null;
}

/** What the repository itself says, in its order, by names that fit an extended regular expression. */
export const ownSettings = async (
  git: Git,
  gitDir: string,
  names: string,
  signal: AbortSignal,
): Promise<readonly OwnSetting[]> => {
  const args = ['config', '--includes', '--show-scope', '-z', '--get-regexp', names];
  const { text } = await git(args, { gitDir, signal, answers: [1] });
  const fields = text.split('\0');
  // What we give to each call is of the scope "command".
  return fields.flatMap((scope, at): OwnSetting | readonly OwnSetting[] => {
    const setting = fields[at + 1];
    if (at % 2 === 1 || scope === 'command' || setting === undefined) return [];
    const end = setting.indexOf('\n');
    return end === -1
      ? { name: setting, value: null }
      : { name: setting.slice(0, end), value: setting.slice(end + 1) };
  });
};

/** As git reads a switch; what it cannot read counts as set, since we obey what is switched on. */
export const isOn = (setting: OwnSetting | undefined): boolean =>
  setting !== undefined && (setting.value === null || !/^(false|no|off|0*|)$/i.test(setting.value));

/** One setting, over which ours goes in every call; of several the last counts. Null where it says nothing. */
export const ownSetting = async (
  git: Git,
  gitDir: string,
  name: string,
  signal: AbortSignal,
): Promise<string | null> => {
  const found = await ownSettings(git, gitDir, `^${name.toLowerCase().replaceAll('.', '\\.')}$`, signal);
  return found.at(-1)?.value || null;
};

/** A path of such a setting; null where it is of somebody's home, or of git's own folders, which are not ours. */
export const ownPath = (gitDir: string, set: string): string | null => {
  if (/^~|^%\(/.test(set)) return null;
  const base = basename(gitDir) === '.git' ? dirname(gitDir) : gitDir;
  return isAbsolute(set) ? set : join(base, set);
};
