import { moved, notHeld } from '../kit/executor-error.ts';
import type { ActionExecutor, ApplyContext } from '../contract/executor.ts';
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
import { markedMessage } from './commit-message.ts';
import { undoCommit } from './commit-undo.ts';
import { createCommitWriter } from './commit-writer.ts';
import { repoRevertInput, type RepoRevertInput } from './repo-revert-schema.ts';
import { ofRepository } from './repositories.ts';
import { findRevert, placeIn, planRevert, revertedLines } from './revert-plan.ts';
import { blobIdOf } from './tree-entries.ts';

/**
 * Takes one earlier commit of a branch back in a new one. Files that nobody has changed since go back to the very
 * objects that they were, so what a filter made of them (a pointer of Git LFS) comes back as it was.
 */
export const createRepoRevert = (
  committing: Committing,
): ActionExecutor<RepoRevertInput, BranchCommitOutput> => ({
  ...ofRepository('repo.revert', committing.repositories),
  description: 'Reverts a commit of a branch of a git repository that configuration allows, by a new commit.',
  input: repoRevertInput,
  // The lines before and after, file by file.
  showsWholeEffect: true,
  isAsForeseen: () => true,
  plan: (given, context) => planRevert(committing, given, context),
  lines: (given, query, context) =>
    revertedLines(committing, given, preconditionOf(context).base, query, context.signal),
  watch: (given, context) => watchBranch(committing, given, context),
  positions: branchPositions,
  apply: (given, context) =>
    commitToBranch(committing, given, context, ({ primary: { gitDir } }, base) =>
      writeRevert(committing, gitDir, given, base, context),
    ),
  verify: async (given, output, context) => {
    const gitDir = await verifyOnBranch(committing, given, output, context);
    const place = placeIn(committing.repositories, gitDir, context.signal);
    const found = await findRevert(place, given, output.parent);
    if (!found.ok) throw notHeld(found.refusal.message);
    const { changes } = found.value;
    const entries = await place.tree.entries(
      output.commit,
      changes.map(({ path }) => path),
    );
    for (const { path, entry, merged } of changes) {
      const expected = merged === null ? entry?.id : blobIdOf(merged, output.commit.length);
      // A folder may have taken the name of a file that went.
      const there = entries.get(path);
      const id = entry === null && there?.mode === '040000' ? undefined : there?.id;
      if (id !== expected) throw notHeld(`The commit does not hold "${path}" as it was.`);
    }
  },
  compensate: (given, output, context) => undoCommit(committing, given, output, context),
  reconcile: (given, context) => reconcileOnBranch(committing, given, context),
});

/** Writes the commit that takes the other back, on no branch yet. */
const writeRevert = async (
  { repositories, author }: Committing,
  gitDir: string,
  input: RepoRevertInput,
  base: string | null,
  { signal, idempotencyKey, taskId }: ApplyContext,
): Promise<string> => {
  const found = await findRevert(placeIn(repositories, gitDir, signal), input, base);
  if (!found.ok) throw moved(found.refusal.message);
  const { changes, message } = found.value;
  const writer = createCommitWriter(repositories.git, gitDir, repositories.scratchDir, signal);
  const merged = await writer.writeContents(
    changes.flatMap(({ path, entry, merged: content }) =>
      content === null ? [] : [{ path, content, mode: entry?.mode === '100755' ? '100755' : '100644' }],
    ),
  );
  const asTheyWere = changes.filter((change) => change.merged === null);
  const marked = markedMessage(message, { key: idempotencyKey, taskId });
  return writer.writeCommit({ parent: base, message: marked, author }, [...asTheyWere, ...merged]);
};
