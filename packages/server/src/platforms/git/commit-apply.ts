import { ExecutorError } from '../kit/executor-error.ts';
import type { ApplyContext } from '../contract/executor.ts';
import type { Committing } from './branch-commit.ts';
import { markedMessage } from './commit-message.ts';
import { createCommitWriter } from './commit-writer.ts';
import { deletedBy, entryFault } from './entry-fault.ts';
import type { RepoCommitInput } from './repo-commit-schema.ts';
import { createTreeReader } from './tree-entries.ts';

/** Writes the commit of the files as given, on no branch yet. */
export const writeFiles = async (
  { repositories, author }: Committing,
  gitDir: string,
  input: RepoCommitInput,
  base: string | null,
  { signal, idempotencyKey, taskId }: ApplyContext,
): Promise<string> => {
  const entries = await createTreeReader(repositories.git, gitDir, signal).entries(
    base,
    input.files.map(({ path }) => path),
  );
  const changes = input.files.map((file) => {
    const fault = entryFault(file, entries, deletedBy(input.files));
    if (fault) throw new ExecutorError('PRECONDITION_FAILED', `${file.path}: ${fault}`, { effect: 'NONE' });
    const mode = entries.get(file.path)?.mode === '100755' ? ('100755' as const) : ('100644' as const);
    return { ...file, mode };
  });
  const writer = createCommitWriter(repositories.git, gitDir, repositories.scratchDir, signal);
  const message = markedMessage(input.message, { key: idempotencyKey, taskId });
  return writer.writeCommit({ parent: base, message, author }, await writer.writeContents(changes));
};
