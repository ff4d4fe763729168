import { ExecutorError } from '../kit/executor-error.ts';
import type { ApplyContext } from '../contract/executor.ts';
import { findMarked, openTarget, outputOf, type Committing, type RepoCommitOutput } from './commit-apply.ts';
import { markedMessage, revertMessage } from './commit-message.ts';
import { createCommitWriter, type EntryChange } from './commit-writer.ts';
import { hasMoved } from './local-repository.ts';
import { follow, moveBranches, type FindTwin } from './move-branches.ts';
import type { RepoCommitInput } from './repo-commit-schema.ts';
import { createTreeReader } from './tree-entries.ts';

/** Puts every file back to what it was before our commit, in a new commit on top of the branch. */
export const revertCommit = async (
  committing: Committing,
  input: RepoCommitInput,
  output: RepoCommitOutput,
  context: ApplyContext,
): Promise<RepoCommitOutput> => {
  const { repositories, author } = committing;
  const { signal, idempotencyKey, taskId } = context;
  const target = await openTarget(committing, input, signal);
  const { gitDir } = target.primary;
  const deciding = target.mirror ?? target.primary;
  const { head } = await deciding.readBranch(input.branch, signal);
  const findTwin: FindTwin = async (repository) => {
    const now = (await repository.readBranch(input.branch, signal)).head;
    return findMarked(committing, repository.gitDir, now, output.commit, context);
  };
  const made = await findMarked(committing, deciding.gitDir, head, output.commit, context);
  if (made) {
    const move = { branch: input.branch, from: made.parent, to: made.commit };
    const isLocal = !target.mirror || (await follow(target.primary, move, findTwin, signal));
    return outputOf(input, { commit: made.commit, isLocal }, made.parent);
  }
  if (target.mirror && (await target.primary.readBranch(input.branch, signal)).head !== head) {
    throw hasMoved(input.branch);
  }
  const tree = createTreeReader(repositories.git, gitDir, signal);
  const paths = input.files.map(({ path }) => path);
  const [before, ours, current] = await Promise.all([
    tree.entries(output.parent, paths),
    tree.entries(output.commit, paths),
    tree.entries(head, paths),
  ]);
  const touched = paths.find((path) => ours.get(path)?.id !== current.get(path)?.id);
  if (touched !== undefined) {
    const message = `"${touched}" was changed again since; undoing would lose that.`;
    throw new ExecutorError('PRECONDITION_FAILED', message, { effect: 'NONE' });
  }
  const changes = paths.map((path): EntryChange => ({ path, entry: before.get(path) ?? null }));
  const message = markedMessage(revertMessage(input.message, output.commit), { key: idempotencyKey, taskId });
  const writer = createCommitWriter(repositories.git, gitDir, repositories.scratchDir, signal);
  const to = await writer.writeCommit({ parent: head, message, author }, changes);
  const moved = await moveBranches(target, { branch: input.branch, from: head, to }, findTwin, signal);
  return outputOf(input, moved, head);
};
