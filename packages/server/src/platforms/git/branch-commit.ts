import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Position } from '../../domain/planned-action.ts';
import { ExecutorError, notHeld, stillThere } from '../kit/executor-error.ts';
import type { ApplyContext, LookContext, Reconciliation } from '../contract/executor.ts';
import { markPattern } from './commit-message.ts';
import type { CommitAuthor } from './commit-writer.ts';
import type { FileComparison } from './file-comparison.ts';
import { hasMoved } from './local-repository.ts';
import { follow, moveRefs, type FindTwin, type Moved } from './move-refs.ts';
import { branchRef } from './ref-names.ts';
import type { CommitTarget, Repositories } from './repositories.ts';
import type { Repository } from './repository.ts';

/** The params by which every action that commits names its branch. */
export interface BranchInput {
  readonly repository: string;
  readonly branch: string;
  readonly push: boolean;
}

export interface BranchCommitOutput {
  readonly branch: string;
  readonly commit: string;
  readonly parent: string | null;
  readonly isPushed: boolean;
  /** False where the local branch moved by itself while its remote took the commit. */
  readonly isLocal: boolean;
  readonly [key: string]: Json;
}

const objectId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const preconditionSchema = z.object({
  head: objectId.nullable(),
  base: objectId.nullable(),
  lfs: z.array(z.string()).exactOptional(),
});

/** What must still hold when the commit is made. */
export type BranchPrecondition = {
  /** Where the branch is; null where it is not there yet. */
  readonly head: string | null;
  /** The commit that ours builds on; null in a repository without commits. */
  readonly base: string | null;
  /** Files that Git LFS keeps; left out where there are none. */
  readonly lfs?: readonly string[];
};

/** What every action on repositories works with. */
export interface Committing {
  readonly repositories: Repositories;
  readonly author: CommitAuthor;
  readonly comparison: FileComparison;
}

export const preconditionOf = (context: Pick<ApplyContext, 'precondition'>): BranchPrecondition => {
  const parsed = preconditionSchema.safeParse(context.precondition);
  if (parsed.success) return parsed.data;
  throw new ExecutorError('INTERNAL_ERROR', 'The plan says nothing of where the branch was.', {
    effect: 'NONE',
  });
};

/** Where the branch was, or, as long as it is not there, what it will start from. */
export const branchPositions = ({ branch }: Pick<BranchInput, 'branch'>, precondition: Json): Position[] => {
  const found = preconditionSchema.safeParse(precondition);
  if (!found.success) return [];
  const { head, base } = found.data;
  const start = { what: `the start of ${branch}`, at: base };
  return [{ what: branch, at: head }, ...(head === null ? [start] : [])];
};

/** Opens what the plan was made for; by now configuration may have changed its mind. */
export const openTarget = async (
  { repositories }: Committing,
  input: Pick<BranchInput, 'repository' | 'push'>,
  signal: AbortSignal,
): Promise<CommitTarget> => stillThere(await repositories.open(input, signal));

/** Our commit on the branch since `base`, if an earlier attempt with this key made it. */
export const findMarked = async (
  { repositories: { git } }: Committing,
  gitDir: string,
  head: string | null,
  base: string | null,
  context: ApplyContext,
): Promise<{ readonly object: string; readonly parent: string | null } | null> => {
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
  const [object, parent = null] = text.trim().split(' ');
  return object ? { object, parent } : null;
};

/** Whether the branch is where the plan found it. Where it is not, a plan on it as it is tells what that changes. */
export const watchBranch = async (
  committing: Committing,
  input: BranchInput,
  context: LookContext,
): Promise<boolean> => {
  const { primary, mirror } = await openTarget(committing, input, context.signal);
  const head = await (mirror ?? primary).refAt(branchRef(input.branch), context.signal);
  return head === preconditionOf(context).head;
};

/** Makes the commit that `write` gives, or goes on where an earlier attempt with the same key stopped. */
export const commitToBranch = async (
  committing: Committing,
  input: BranchInput,
  context: ApplyContext,
  write: (target: CommitTarget, base: string | null) => Promise<string>,
): Promise<BranchCommitOutput> => {
  const { head, base } = preconditionOf(context);
  const { signal } = context;
  const ref = branchRef(input.branch);
  const target = await openTarget(committing, input, signal);
  const { primary, mirror } = target;
  const deciding = mirror ?? primary;
  const findTwin: FindTwin = async (repository) => {
    const now = (await repository.readBranch(input.branch, signal)).head;
    return findMarked(committing, repository.gitDir, now, base, context);
  };
  const now = (await deciding.readBranch(input.branch, signal)).head;
  const made = await findMarked(committing, deciding.gitDir, now, base, context);
  if (!made && now !== head) throw hasMoved(ref);
  const move = { ref, from: head };
  const moved = made
    ? {
        object: made.object,
        isLocal: !mirror || (await follow(primary, { ...move, to: made.object }, findTwin, signal)),
      }
    : await moveRefs(target, { ...move, to: await write(target, base) }, findTwin, signal);
  return outputOf(input, moved, base);
};

export const outputOf = (
  { branch, push }: BranchInput,
  { object, isLocal }: Moved,
  parent: string | null,
): BranchCommitOutput => ({ branch, commit: object, parent, isPushed: push, isLocal });

/** Whether an earlier attempt with this key made its commit, wherever it was to go. */
export const reconcileOnBranch = async (
  committing: Committing,
  input: BranchInput,
  context: ApplyContext,
): Promise<Reconciliation<BranchCommitOutput>> => {
  const { base } = preconditionOf(context);
  const { primary, mirror } = await openTarget(committing, input, context.signal);
  const look = async ({ gitDir, readBranch }: Repository) =>
    findMarked(committing, gitDir, (await readBranch(input.branch, context.signal)).head, base, context);
  const made = await look(mirror ?? primary);
  if (!made) return { kind: 'ABSENT' };
  // Pushed, but not yet on the local branch, is not done: apply goes on from there.
  if (mirror && !(await look(primary))) return { kind: 'ABSENT' };
  return { kind: 'FOUND', output: outputOf(input, { object: made.object, isLocal: true }, base) };
};

/** Reads the branch again: our commit is on it and carries our mark. Gives the folder that holds its objects. */
export const verifyOnBranch = async (
  committing: Committing,
  input: BranchInput,
  output: BranchCommitOutput,
  context: ApplyContext,
): Promise<string> => {
  const { base } = preconditionOf(context);
  const { primary, mirror } = await openTarget(committing, input, context.signal);
  const holders = output.isLocal ? [primary, mirror] : [mirror];
  for (const repository of holders.filter((holder) => holder !== null)) {
    const { head } = await repository.readBranch(input.branch, context.signal);
    const made = await findMarked(committing, repository.gitDir, head, base, context);
    if (made?.object !== output.commit) throw notHeld(`The commit is not on "${input.branch}".`);
  }
  return primary.gitDir;
};
