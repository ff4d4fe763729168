import type { ActionTraits } from '../../domain/planned-action.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import type { ActionExecutor, ApplyContext } from '../contract/executor.ts';
import {
  applyCommit,
  findMarked,
  openTarget,
  outputOf,
  preconditionOf,
  type Committing,
  type RepoCommitOutput,
} from './commit-apply.ts';
import { revertCommit } from './commit-revert.ts';
import { planCommit, plannedLines } from './commit-plan.ts';
import type { FileComparison } from './file-comparison.ts';
import type { CommitAuthor } from './commit-writer.ts';
import { repoCommitInput, type RepoCommitInput } from './repo-commit-schema.ts';
import type { Repository } from './repository.ts';
import { createRepositories, type RepositoriesConfig } from './repositories.ts';
import { blobIdOf, createTreeReader } from './tree-entries.ts';

export interface RepoCommitConfig extends RepositoriesConfig {
  readonly author: CommitAuthor;
}

export const repoCommitTraits: ActionTraits = {
  name: 'repo.commit',
  version: 1,
  platform: 'git',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 60_000, network: 'INTERNET' },
};

/**
 * Commits files to one branch of an allowed git repository. The commit is built from plumbing beside the
 * repository's index and work tree, and the branch moves by compare-and-set, or by a push with a lease;
 * no hook, filter or helper of the repository runs. A branch that is checked out in a work tree is
 * refused: moving it from outside would make that work tree look changed.
 */
export const createRepoCommit = (
  config: RepoCommitConfig,
  comparison: FileComparison,
): ActionExecutor<RepoCommitInput, RepoCommitOutput> => {
  const repositories = createRepositories(config);
  const committing: Committing = { repositories, author: config.author };
  return {
    traits: repoCommitTraits,
    description:
      'Commits files to a branch of a git repository that configuration allows, and pushes it where asked to.',
    input: repoCommitInput,
    traitsFor: ({ repository, push }) => {
      const usesNetwork = push || repositories.allowed.isRemote(repository);
      return {
        budget: { timeMs: repoCommitTraits.budget.timeMs, network: usesNetwork ? 'INTERNET' : 'NONE' },
      };
    },
    // The lines before and after, file by file, and what the commit stands on only where it touches them.
    showsWholeEffect: true,
    endpointOf: ({ repository }) => repository,
    plan: (input, { signal }) => planCommit({ repositories, comparison }, input, signal),
    lines: (input, query, context) =>
      plannedLines({ repositories, comparison }, input, preconditionOf(context), query, context.signal),
    apply: (input, context) => applyCommit(committing, input, context),
    verify: (input, output, context) => verifyCommit(committing, input, output, context),
    compensate: (input, output, context) => revertCommit(committing, input, output, context),
    reconcile: async (input, context) => {
      const { base } = preconditionOf(context);
      const { primary, mirror } = await openTarget(committing, input, context.signal);
      const deciding = mirror ?? primary;
      const look = async ({ gitDir, readBranch }: Repository) =>
        findMarked(committing, gitDir, (await readBranch(input.branch, context.signal)).head, base, context);
      const made = await look(deciding);
      if (!made) return { kind: 'ABSENT' };
      // Pushed, but not yet on the local branch, is not done: apply goes on from there.
      if (mirror && !(await look(primary))) return { kind: 'ABSENT' };
      return { kind: 'FOUND', output: outputOf(input, { commit: made.commit, isLocal: true }, base) };
    },
  };
};

/** Reads the branch again: our commit is on it, carries our mark, and holds the files as given. */
const verifyCommit = async (
  committing: Committing,
  input: RepoCommitInput,
  output: RepoCommitOutput,
  context: ApplyContext,
): Promise<void> => {
  const { base } = preconditionOf(context);
  const { primary, mirror } = await openTarget(committing, input, context.signal);
  const holders = output.isLocal ? [primary, mirror] : [mirror];
  for (const repository of holders.filter((holder) => holder !== null)) {
    const { head } = await repository.readBranch(input.branch, context.signal);
    const made = await findMarked(committing, repository.gitDir, head, base, context);
    if (made?.commit !== output.commit) throw notThere(`The commit is not on "${input.branch}".`);
  }
  const tree = createTreeReader(committing.repositories.git, primary.gitDir, context.signal);
  const entries = await tree.entries(
    output.commit,
    input.files.map(({ path }) => path),
  );
  for (const { path, content } of input.files) {
    const expected = content === null ? undefined : blobIdOf(content, output.commit.length);
    const entry = entries.get(path);
    // A folder may have taken the name of a file that was deleted.
    const found = content === null && entry?.mode === '040000' ? undefined : entry?.id;
    if (found !== expected) throw notThere(`The commit does not hold "${path}" as given.`);
  }
};

const notThere = (message: string): ExecutorError =>
  new ExecutorError('DEPENDENCY_FAILED', message, { effect: 'UNKNOWN', retriable: false });
