import { moved, notAllowed } from '../kit/executor-error.ts';
import type { ApplyContext } from '../contract/executor.ts';
import { preconditionOf, type Committing } from './branch-commit.ts';
import { markedMessage } from './commit-message.ts';
import { createCommitWriter } from './commit-writer.ts';
import { deletedBy, entryFault } from './entry-fault.ts';
import { committedByLfs } from './lfs-pointer.ts';
import { keepInLfs, type LfsFile } from './lfs-server.ts';
import { branchRef } from './ref-names.ts';
import type { RepoCommitInput } from './repo-commit-schema.ts';
import type { CommitTarget } from './repositories.ts';
import { createTreeReader } from './tree-entries.ts';

type Files = RepoCommitInput['files'];

/** With a pointer in the place of what LFS keeps. */
export const filesAsCommitted = (files: Files, keptByLfs: readonly string[]): Files =>
  files.map((file) =>
    file.content !== null && keptByLfs.includes(file.path)
      ? { ...file, content: committedByLfs(file.content) }
      : file,
  );

/** Before any commit names them. */
const keepObjects = async (
  { lfs: server }: CommitTarget,
  { branch, files }: RepoCommitInput,
  kept: readonly string[],
  context: ApplyContext,
): Promise<void> => {
  const known = files.filter((file): file is LfsFile => kept.includes(file.path) && Boolean(file.content));
  if (known.length === 0) return;
  if (server) return keepInLfs(server, branchRef(branch), known, context);
  const message = 'Configuration names no LFS server of this repository any more.';
  throw notAllowed(message);
};

/** Writes the commit of the files as given, on no branch yet. */
export const writeFiles = async (
  { repositories, author }: Committing,
  target: CommitTarget,
  input: RepoCommitInput,
  base: string | null,
  context: ApplyContext,
): Promise<string> => {
  const { signal, idempotencyKey, taskId } = context;
  const { gitDir } = target.primary;
  const { lfs: kept = [] } = preconditionOf(context);
  const entries = await createTreeReader(repositories.git, gitDir, signal).entries(
    base,
    input.files.map(({ path }) => path),
  );
  const changes = filesAsCommitted(input.files, kept).map((file) => {
    const fault = entryFault(file, entries, deletedBy(input.files));
    if (fault) throw moved(`${file.path}: ${fault}`);
    const mode = entries.get(file.path)?.mode === '100755' ? ('100755' as const) : ('100644' as const);
    return { ...file, mode };
  });
  await keepObjects(target, input, kept, context);
  const writer = createCommitWriter(repositories.git, gitDir, repositories.scratchDir, signal);
  const message = markedMessage(input.message, { key: idempotencyKey, taskId });
  return writer.writeCommit({ parent: base, message, author }, await writer.writeContents(changes));
};
