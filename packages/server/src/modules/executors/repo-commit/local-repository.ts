import { ExecutorError } from '../executor-error.ts';
import { nameClash, refsBeside } from './branch-names.ts';
import type { Git } from './git.ts';
import { gitFailure } from './git-words.ts';
import type { Repository } from './repository.ts';

/** A repository on this machine, bare or with a work tree. Its work tree is never touched. */
export const createLocalRepository = (git: Git, gitDir: string): Repository => {
  const commitAt = async (ref: string, signal: AbortSignal): Promise<string | null> => {
    const args = ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`];
    const { exitCode, text } = await git(args, { gitDir, signal, answers: [1] });
    return exitCode === 0 ? text.trim() : null;
  };

  const symbolicTarget = async (ref: string, signal: AbortSignal): Promise<string | null> => {
    const { exitCode, text } = await git(['symbolic-ref', '--quiet', ref], {
      gitDir,
      signal,
      answers: [1, 128],
    });
    return exitCode === 0 ? text.trim() : null;
  };

  return {
    gitDir,
    readBranch: async (branch, signal) => {
      const head = await commitAt(`refs/heads/${branch}`, signal);
      const target = await symbolicTarget('HEAD', signal);
      const fallbackHead = target && (await commitAt(target, signal));
      return {
        head,
        fallback:
          target && fallbackHead
            ? { branch: target.replace(/^refs\/heads\//, ''), head: fallbackHead }
            : null,
      };
    },
    obstacle: async (branch, signal) => {
      if (await symbolicTarget(`refs/heads/${branch}`, signal))
        return `"${branch}" only points to another branch.`;
      const { text } = await git(['worktree', 'list', '--porcelain'], { gitDir, signal });
      const isCheckedOut = text.split('\n').includes(`branch refs/heads/${branch}`);
      if (isCheckedOut)
        return `"${branch}" is checked out in a work tree, which a commit from outside would make look changed. Name another branch, or use a bare repository.`;
      const refs = await git(['for-each-ref', '--format=%(refname)', '--', ...refsBeside(branch)], {
        gitDir,
        signal,
      });
      return nameClash(branch, refs.text.split('\n'));
    },
    moveBranch: async ({ branch, from, to }, signal) => {
      const expected = from ?? '0'.repeat(to.length);
      const args = ['update-ref', '-m', 'countersign: commit', `refs/heads/${branch}`, to, expected];
      const { exitCode, stderr } = await git(args, { gitDir, signal, effect: 'UNKNOWN', answers: [1, 128] });
      if (exitCode === 0) return;
      // update-ref answers only after it moved the branch or gave up: a refusal means that nothing moved.
      if (/but expected|already exists|unable to resolve reference/i.test(stderr)) throw hasMoved(branch);
      throw gitFailure('update-ref', stderr, 'NONE');
    },
  };
};

export const hasMoved = (branch: string): ExecutorError =>
  new ExecutorError('PRECONDITION_FAILED', `The branch "${branch}" has moved since the plan was made.`, {
    effect: 'NONE',
  });
