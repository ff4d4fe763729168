import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import type { ApplyContext } from '../contract/executor.ts';
import { markedMessage, markPattern } from './commit-message.ts';
import { createCommitWriter, type CommitAuthor } from './commit-writer.ts';
import { deletedBy, entryFault } from './entry-fault.ts';
import { hasMoved } from './local-repository.ts';
import { follow, moveBranches, type FindTwin, type Moved } from './move-branches.ts';
import type { RepoCommitInput } from './repo-commit-schema.ts';
import type { CommitTarget, Repositories } from './repositories.ts';
import { createTreeReader } from './tree-entries.ts';

export interface RepoCommitOutput {
  readonly branch: string;
  readonly commit: string;
  readonly parent: string | null;
  readonly isPushed: boolean;
  /** False where the local branch moved by itself while its remote took the commit. */
  readonly isLocal: boolean;
  readonly [key: string]: Json;
}

const objectId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const preconditionSchema = z.object({ head: objectId.nullable(), base: objectId.nullable() });
type Precondition = z.infer<typeof preconditionSchema>;

export interface Committing {
  readonly repositories: Repositories;
  readonly author: CommitAuthor;
}

export const preconditionOf = (context: Pick<ApplyContext, 'precondition'>): Precondition => {
  const parsed = preconditionSchema.safeParse(context.precondition);
  if (parsed.success) return parsed.data;
  throw new ExecutorError('INTERNAL_ERROR', 'The plan says nothing of where the branch was.', {
    effect: 'NONE',
  });
};

/** Opens what the plan was made for; by now configuration may have changed its mind. */
export const openTarget = async (
  { repositories }: Committing,
  input: RepoCommitInput,
  signal: AbortSignal,
): Promise<CommitTarget> => {
  const opened = await repositories.open(input, signal);
  if (opened.ok) return opened.value;
  const code = opened.refusal.code === 'RESOURCE_NOT_FOUND' ? 'RESOURCE_NOT_FOUND' : 'POLICY_DENIED';
  throw new ExecutorError(code, opened.refusal.message, { effect: 'NONE' });
};

/** Our commit on the branch since `base`, if an earlier attempt with this key made it. */
export const findMarked = async (
  { repositories: { git } }: Committing,
  gitDir: string,
  head: string | null,
  base: string | null,
  context: ApplyContext,
): Promise<{ readonly commit: string; readonly parent: string | null } | null> => {
  if (!/^[0-9a-f]{16,128}$/.test(context.idempotencyKey)) {
    throw new ExecutorError('INTERNAL_ERROR', 'The idempotency key is not hexadecimal.', {
      effect: 'NONE',
    });
  }
  if (head === null) return null;
  const range = base === null ? [head] : [head, `^${base}`];
  const pattern = markPattern(context.idempotencyKey);
  const args = [
    'rev-list',
    '--max-count=1',
    '--parents',
    '--ignore-missing',
    '--extended-regexp',
    `--grep=${pattern}`,
    ...range,
    '--',
  ];
  const { text } = await git(args, { gitDir, signal: context.signal });
  const [commit, parent = null] = text.trim().split(' ');
  return commit ? { commit, parent } : null;
};

/** Makes the commit, or goes on where an earlier attempt with the same key stopped. */
export const applyCommit = async (
  committing: Committing,
  input: RepoCommitInput,
  context: ApplyContext,
): Promise<RepoCommitOutput> => {
  const { head, base } = preconditionOf(context);
  const { signal } = context;
  const target = await openTarget(committing, input, signal);
  const { primary, mirror } = target;
  const deciding = mirror ?? primary;
  const findTwin: FindTwin = async (repository) => {
    const now = (await repository.readBranch(input.branch, signal)).head;
    return findMarked(committing, repository.gitDir, now, base, context);
  };
  const now = (await deciding.readBranch(input.branch, signal)).head;
  const made = await findMarked(committing, deciding.gitDir, now, base, context);
  if (!made && now !== head) throw hasMoved(input.branch);
  const move = { branch: input.branch, from: head };
  const moved = made
    ? {
        commit: made.commit,
        isLocal: !mirror || (await follow(primary, { ...move, to: made.commit }, findTwin, signal)),
      }
    : await moveBranches(
        target,
        { ...move, to: await writeFiles(committing, primary.gitDir, input, base, context) },
        findTwin,
        signal,
      );
  return outputOf(input, moved, base);
};

export const outputOf = (
  { branch, push }: RepoCommitInput,
  { commit, isLocal }: Moved,
  parent: string | null,
): RepoCommitOutput => ({ branch, commit, parent, isPushed: push, isLocal });

const writeFiles = async (
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
