import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecutorError } from '../kit/executor-error.ts';
import { inFolder } from './commit-writer.ts';
import type { Git } from './git.ts';
import { isOn, ownSettings, type OwnSetting } from './own-setting.ts';
import { isTag } from './ref-names.ts';

/** What a repository says of pushes to it. We move its refs ourselves, so it is for us to hold to it. */
export interface ReceivingRules {
  /** By `receive.hideRefs` or `transfer.hideRefs`: nobody who pushes may move it. */
  readonly isHidden: (ref: string) => boolean;
  /** By `receive.denyDeletes`. */
  readonly keepsRefs: boolean;
  /** By `receive.maxInputSize`; null where there is no limit. */
  readonly maxBytes: number | null;
  /** How `git index-pack` is told what to look for; null where `receive.fsckObjects` is not set. */
  readonly strictness: string | null;
}

export const receivingRules = async (
  git: Git,
  gitDir: string,
  signal: AbortSignal,
): Promise<ReceivingRules> => {
  const settings = await ownSettings(git, gitDir, '^(receive|transfer)\\.', signal);
  const last = (name: string): OwnSetting | undefined => settings.findLast((one) => one.name === name);
  const hidden = settings.filter(({ name }) => /^(receive|transfer)\.hiderefs$/.test(name));
  const checks = isOn(last('receive.fsckobjects') ?? last('transfer.fsckobjects'));
  return {
    isHidden: (ref) => isHiddenBy(hidden, ref),
    keepsRefs: isOn(last('receive.denydeletes')),
    maxBytes: last('receive.maxinputsize') ? await mostBytes(git, gitDir, signal) : null,
    strictness: checks ? strictnessOf(settings) : null,
  };
};

/** As git itself reads it: `2k`, `010` and `0x10` are numbers. Null for none; what it cannot read lets nothing through. */
const mostBytes = async (git: Git, gitDir: string, signal: AbortSignal): Promise<number | null> => {
  const args = ['config', '--includes', '--type=int', '--get', 'receive.maxInputSize'];
  const { exitCode, text } = await git(args, { gitDir, signal, answers: [1, 128] });
  if (exitCode !== 0) return 1;
  const bytes = Number(text);
  return bytes === 0 ? null : Math.max(1, bytes);
};

/** The last one that fits decides; `!` lets a ref be seen again, `^` means the whole name, which ours are. */
const isHiddenBy = (hidden: readonly OwnSetting[], ref: string): boolean => {
  const rule = hidden.findLast(({ value }) => {
    const prefix = (value ?? '').replace(/^!?\^?/, '').replace(/\/+$/, '');
    return ref === prefix || ref.startsWith(`${prefix}/`);
  });
  return rule !== undefined && rule.value?.startsWith('!') !== true;
};

const strictnessOf = (settings: readonly OwnSetting[]): string => {
  const prefix = 'receive.fsck.';
  const levels = settings
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, value }) => `${name.slice(prefix.length)}=${value ?? ''}`);
  return levels.length === 0 ? '--strict' : `--strict=${levels.join(',')}`;
};

/** At once, in memory. */
const mostChecked = 16 * 1_048_576;

/** Throws where the repository would not take this object, and what is new with it, from somebody who pushes it. */
export const checkAsReceived = async (
  git: Git,
  { gitDir, scratchDir }: { readonly gitDir: string; readonly scratchDir: string },
  { maxBytes, strictness }: ReceivingRules,
  { ref, to: object }: { readonly ref: string; readonly to: string },
  signal: AbortSignal,
): Promise<void> => {
  if (maxBytes === null && strictness === null) return;
  const known = await knownBefore(git, gitDir, { ref, object }, signal);
  const packed = await git(['pack-objects', '--revs', '--thin', '--delta-base-offset', '--stdout', '-q'], {
    gitDir,
    signal,
    input: [object, ...known.map((id) => `^${id}`), ''].join('\n'),
    enoughBytes: mostChecked,
  });
  if (maxBytes !== null && packed.stdout.length > maxBytes)
    throw rejected(
      `The repository takes no more than ${maxBytes} bytes at once (receive.maxInputSize), and this is ${packed.stdout.length}${packed.isCut ? ' at least' : ''}.`,
    );
  if (packed.isCut)
    throw rejected(
      `The repository looks at what it takes (receive.maxInputSize, receive.fsckObjects), and this is more than the ${mostChecked} bytes that are looked at here: push it with git.`,
    );
  if (strictness === null) return;
  const { exitCode, stderr } = await inFolder(scratchDir, async (folder) => {
    const objects = join(folder, 'objects');
    await mkdir(join(objects, 'pack'), { recursive: true });
    return git(['index-pack', '--stdin', '--fix-thin', strictness], {
      gitDir,
      signal,
      input: packed.stdout,
      answers: [1, 128],
      env: { GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(gitDir, 'objects') },
    });
  });
  if (exitCode === 0) return;
  const words = stderr.replaceAll('\n', ' ');
  throw rejected(`The repository checks what it takes (receive.fsckObjects), and git says: ${words}`);
};

/** What stands behind a commit, or under a tag: what is tagged is there already, whether or not a tag has words of its own. */
const knownBefore = async (
  git: Git,
  gitDir: string,
  { ref, object }: { readonly ref: string; readonly object: string },
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const args = ['rev-list', '--parents', '--max-count=1', object, '--'];
  const [commit = '', ...parents] = (await git(args, { gitDir, signal })).text.trim().split(' ');
  return isTag(ref) ? [commit] : parents;
};

const rejected = (message: string): ExecutorError =>
  new ExecutorError('PLATFORM_REJECTED', message, { effect: 'NONE' });
