import type { ActionExecutor, ApplyContext } from '../contract/executor.ts';
import { notHeld } from '../kit/executor-error.ts';
import {
  branchPositions,
  commitToBranch,
  preconditionOf,
  reconcileOnBranch,
  verifyOnBranch,
  watchBranch,
  type BranchCommitOutput,
  type Committing,
} from './branch-commit.ts';
import { filesAsCommitted, writeFiles } from './commit-apply.ts';
import { planCommit, plannedLines } from './commit-plan.ts';
import { undoCommit } from './commit-undo.ts';
import { repoCommitInput, type RepoCommitInput } from './repo-commit-schema.ts';
import { ofRepository } from './repositories.ts';
import { blobIdOf, createTreeReader } from './tree-entries.ts';

/**
 * Commits files to one branch of an allowed git repository. The commit is built from plumbing beside the
 * repository's index and work tree, and the branch moves by compare-and-set, or by a push with a lease;
 * no hook, filter or helper of the repository runs. A branch that is checked out in a work tree is
 * refused: moving it from outside would make that work tree look changed.
 */
export const createRepoCommit = (
  committing: Committing,
): ActionExecutor<RepoCommitInput, BranchCommitOutput> => ({
  ...ofRepository('repo.commit', committing.repositories),
  description:
    'Commits files to a branch of a git repository that configuration allows, and pushes it where asked to.',
  input: repoCommitInput,
  // The lines before and after, file by file, and what the commit stands on only where it touches them.
  showsWholeEffect: true,
  isAsForeseen: () => true,
  plan: (input, context) => planCommit(committing, input, context),
  lines: (input, query, context) =>
    plannedLines(committing, input, preconditionOf(context), query, context.signal),
  watch: (input, context) => watchBranch(committing, input, context),
  positions: branchPositions,
  apply: (input, context) =>
    commitToBranch(committing, input, context, (target, base) =>
      writeFiles(committing, target, input, base, context),
    ),
  verify: (input, output, context) => verifyCommit(committing, input, output, context),
  compensate: (input, output, context) => undoCommit(committing, input, output, context),
  reconcile: (input, context) => reconcileOnBranch(committing, input, context),
});

/** Our commit is on the branch, and holds the files as given. */
const verifyCommit = async (
  committing: Committing,
  input: RepoCommitInput,
  output: BranchCommitOutput,
  context: ApplyContext,
): Promise<void> => {
  const gitDir = await verifyOnBranch(committing, input, output, context);
  const tree = createTreeReader(committing.repositories.git, gitDir, context.signal);
  const entries = await tree.entries(
    output.commit,
    input.files.map(({ path }) => path),
  );
  const { lfs = [] } = preconditionOf(context);
  for (const { path, content } of filesAsCommitted(input.files, lfs)) {
    const expected = content === null ? undefined : blobIdOf(content, output.commit.length);
    const entry = entries.get(path);
    // A folder may have taken the name of a file that was deleted.
    const found = content === null && entry?.mode === '040000' ? undefined : entry?.id;
    if (found !== expected) throw notHeld(`The commit does not hold "${path}" as given.`);
  }
};
