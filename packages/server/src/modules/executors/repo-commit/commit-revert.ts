import { ExecutorError } from '../executor-error.ts';
import type { ApplyContext } from '../executor.ts';
import { findMarked, openTarget, type Committing, type RepoCommitOutput } from './commit-apply.ts';
import { markedMessage, revertMessage } from './commit-message.ts';
import { createCommitWriter, type EntryChange } from './commit-writer.ts';
import { moveMirror, movePrimary } from './move-branches.ts';
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
  const { head } = await target.primary.readBranch(input.branch, signal);
  const made = await findMarked(committing, gitDir, head, output.commit, context);
  const reverted = { branch: input.branch, isPushed: input.push };
  const move = { branch: input.branch, from: head };
  if (made) {
    await moveMirror(repositories.git, target, { ...move, from: made.parent, to: made.commit }, signal);
    return { ...reverted, ...made };
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
  const look = async () => {
    const now = (await target.primary.readBranch(input.branch, signal)).head;
    return findMarked(committing, gitDir, now, output.commit, context);
  };
  const commit = await movePrimary(target, { ...move, to }, look, signal);
  await moveMirror(repositories.git, target, { ...move, to: commit }, signal);
  return { ...reverted, commit, parent: head };
};
