import { moved } from '../kit/executor-error.ts';
import type { ApplyContext } from '../contract/executor.ts';
import {
  findMarked,
  openTarget,
  outputOf,
  type BranchCommitOutput,
  type BranchInput,
  type Committing,
} from './branch-commit.ts';
import { createBranchHistory } from './branch-history.ts';
import { markedMessage, revertMessage } from './commit-message.ts';
import { createCommitWriter, type EntryChange } from './commit-writer.ts';
import { hasMoved } from './local-repository.ts';
import { follow, moveRefs, type FindTwin } from './move-refs.ts';
import { branchRef } from './ref-names.ts';
import { createTreeReader, type TreeEntry } from './tree-entries.ts';

/** Puts every file back to what it was before our commit, in a new commit on top of the branch. */
export const undoCommit = async (
  committing: Committing,
  input: BranchInput,
  output: BranchCommitOutput,
  context: ApplyContext,
): Promise<BranchCommitOutput> => {
  const { repositories, author } = committing;
  const { signal, idempotencyKey, taskId } = context;
  const ref = branchRef(input.branch);
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
    const move = { ref, from: made.parent, to: made.object };
    const isLocal = !target.mirror || (await follow(target.primary, move, findTwin, signal));
    return outputOf(input, { object: made.object, isLocal }, made.parent);
  }
  if (target.mirror && (await target.primary.readBranch(input.branch, signal)).head !== head) {
    throw hasMoved(ref);
  }
  const history = createBranchHistory(repositories.git, gitDir, signal);
  const ours = head && (await history.find(output.commit, head));
  const changed = ours && (await history.changedPaths(ours));
  if (!changed)
    throw moved(`"${input.branch}" does not have the commit any more, so there is nothing to undo.`);
  const tree = createTreeReader(repositories.git, gitDir, signal);
  const current = await tree.entries(
    head,
    changed.map(({ path }) => path),
  );
  const touched = changed.find(({ path, after }) => idOfFile(after) !== idOfFile(current.get(path)));
  if (touched) throw moved(`"${touched.path}" was changed again since; undoing would lose that.`);
  const changes = changed.map(({ path, before }): EntryChange => ({ path, entry: before }));
  const message = markedMessage(revertMessage(ours.subject, output.commit), { key: idempotencyKey, taskId });
  const writer = createCommitWriter(repositories.git, gitDir, repositories.scratchDir, signal);
  const to = await writer.writeCommit({ parent: head, message, author }, changes);
  return outputOf(input, await moveRefs(target, { ref, from: head, to }, findTwin, signal), head);
};

/** A folder that took the name of a file that went is no file. */
const idOfFile = (entry: TreeEntry | null | undefined): string | undefined =>
  entry?.mode === '040000' ? undefined : entry?.id;
