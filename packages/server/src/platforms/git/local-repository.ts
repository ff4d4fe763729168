import { quoted } from '@countersign/shared';
import { moved, type ExecutorError } from '../kit/executor-error.ts';
import { branchRef, isTag, nameClash, refInWords, refsBeside } from './ref-names.ts';
import type { Git } from './git.ts';
import { gitFailure } from './git-words.ts';
import { localHooks } from './local-hooks.ts';
import { isOn, ownSettings } from './own-setting.ts';
import { checkAsReceived, receivingRules } from './receiving-rules.ts';
import type { RefMove, Repository } from './repository.ts';

/** A repository on this machine, bare or with a work tree. Its work tree is never touched. */
export const createLocalRepository = (git: Git, gitDir: string, scratchDir: string): Repository => {
  const commitAt = async (ref: string, signal: AbortSignal): Promise<string | null> => {
    const args = ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`];
    const { exitCode, text } = await git(args, { gitDir, signal, answers: [1] });
    return exitCode === 0 ? text.trim() : null;
  };

  return {
    id: gitDir,
    gitDir,
    remarks: async (ref, signal) => {
      const { unheard } = await localHooks(git, gitDir, signal);
      const { keepsRefs } = await receivingRules(git, gitDir, signal);
      return [
        ...unheard.map((hook) => `The repository has a hook "${hook}", which does not run for this commit.`),
        ...(keepsRefs && isTag(ref) ? [`${keptRefs}: the tag stays, whatever becomes of the task.`] : []),
        ...(await unsigned(git, gitDir, ref, signal)),
      ].map((message) => ({ severity: 'MEDIUM', message }) as const);
    },
    readBranch: async (branch, signal) => {
      const head = await commitAt(branchRef(branch), signal);
      const target = await symbolicTarget(git, gitDir, 'HEAD', signal);
      const fallbackHead = target && (await commitAt(target, signal));
      const fallback =
        target && fallbackHead ? { branch: target.replace(/^refs\/heads\//, ''), head: fallbackHead } : null;
      const isEmpty = head === null && fallback === null && !(await hasBranches(git, gitDir, signal));
      return { head, fallback, isEmpty };
    },
    refAt: async (ref, signal) => {
      const args = ['rev-parse', '--verify', '--quiet', ref];
      const { exitCode, text } = await git(args, { gitDir, signal, answers: [1] });
      return exitCode === 0 ? text.trim() : null;
    },
    obstacle: async (ref, signal) => {
      if (await symbolicTarget(git, gitDir, ref, signal))
        return `The ${refInWords(ref)} only points to another one.`;
      const { text } = await git(['worktree', 'list', '--porcelain'], { gitDir, signal });
      const isCheckedOut = text.split('\n').includes(`branch ${ref}`);
      if (isCheckedOut)
        return `The ${refInWords(ref)} is checked out in a work tree, which a commit from outside would make look changed. Name another branch, or use a bare repository.`;
      if ((await receivingRules(git, gitDir, signal)).isHidden(ref))
        return `The repository hides the ${refInWords(ref)} from whoever pushes (receive.hideRefs, transfer.hideRefs), so it is not moved from outside.`;
      const hooks = await localHooks(git, gitDir, signal);
      if (hooks.elsewhere !== null)
        return `The repository has its hooks in ${quoted(hooks.elsewhere)}, which is another place for everybody who commits: whether one of them decides what may be committed is not known. Push through a repository whose hooks are asked, or let an operator set core.hooksPath to one place.`;
      const [hook] = hooks.deciding;
      if (hook !== undefined)
        return `The repository has a hook "${hook}", which decides what may be committed. No hook of a repository runs here: push through one that is asked, or let an operator move the rule.`;
      const refs = await git(['for-each-ref', '--format=%(refname)', '--', ...refsBeside(ref)], {
        gitDir,
        signal,
      });
      return nameClash(ref, refs.text.split('\n'));
    },
    moveRef: (move, signal) => moveLocally(git, { gitDir, scratchDir }, move, signal),
  };
};

const moveLocally = async (
  git: Git,
  place: { readonly gitDir: string; readonly scratchDir: string },
  { ref, from, to }: RefMove,
  signal: AbortSignal,
): Promise<void> => {
  const rules = await receivingRules(git, place.gitDir, signal);
  if (to === null && rules.keepsRefs) throw moved(`${keptRefs}.`);
  if (to !== null) await checkAsReceived(git, place, rules, { ref, to }, signal);
  const expected = from ?? '0'.repeat(to?.length ?? 0);
  const said = ['-m', 'countersign'];
  const call = { gitDir: place.gitDir, signal };
  const args = ['update-ref', ...said, ...(to === null ? ['-d', ref] : [ref, to]), expected];
  const { exitCode, stderr } = await git(args, { ...call, effect: 'UNKNOWN', answers: [1, 128] });
  if (exitCode === 0) return;
  // update-ref answers only after it moved the branch or gave up: a refusal means that nothing moved.
  if (/but expected|already exists|unable to resolve reference/i.test(stderr)) throw hasMoved(ref);
  throw gitFailure('update-ref', stderr, 'NONE');
};

const keptRefs = 'The repository lets no branch and no tag be deleted (receive.denyDeletes)';

/** No key is here to sign with. */
const unsigned = async (
  git: Git,
  gitDir: string,
  ref: string,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const [what, name] = isTag(ref) ? ['tag', 'tag.gpgSign'] : ['commit', 'commit.gpgSign'];
  const set = await ownSettings(git, gitDir, `^${name.toLowerCase().replace('.', '\\.')}$`, signal);
  return isOn(set.at(-1)) ? [`The repository wants each ${what} signed (${name}), and this one is not.`] : [];
};

const symbolicTarget = async (
  git: Git,
  gitDir: string,
  ref: string,
  signal: AbortSignal,
): Promise<string | null> => {
  const answers = [1, 128];
  const { exitCode, text } = await git(['symbolic-ref', '--quiet', ref], { gitDir, signal, answers });
  return exitCode === 0 ? text.trim() : null;
};

const hasBranches = async (git: Git, gitDir: string, signal: AbortSignal): Promise<boolean> => {
  const { text } = await git(['for-each-ref', '--count=1', 'refs/heads/'], { gitDir, signal });
  return text !== '';
};

export const hasMoved = (ref: string): ExecutorError =>
  moved(`The ${refInWords(ref)} has moved since the plan was made.`);
