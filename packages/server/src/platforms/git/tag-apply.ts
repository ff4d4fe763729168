import { join } from 'node:path';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import type { ApplyContext, LookContext, Reconciliation } from '../contract/executor.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { openTarget, type Committing } from './branch-commit.ts';
import { keyLine, markedMessage } from './commit-message.ts';
import { authorship, inFolder } from './commit-writer.ts';
import { hasMoved } from './local-repository.ts';
import { follow, moveRefs, type FindTwin, type Moved } from './move-refs.ts';
import { tagRef } from './ref-names.ts';
import type { RepoTagInput } from './repo-tag-schema.ts';
import type { Repository } from './repository.ts';

export interface TagOutput {
  readonly tag: string;
  readonly commit: string;
  /** What the tag names: the commit itself, or an object that says who tagged it. */
  readonly object: string;
  readonly isPushed: boolean;
  /** False where somebody else made the local tag meanwhile. */
  readonly isLocal: boolean;
  readonly [key: string]: Json;
}

const preconditionSchema = z.object({ commit: z.string() });
const commitOf = ({ precondition }: ApplyContext): string => preconditionSchema.parse(precondition).commit;

/** Looks whether the tag of a repository is the one that we make: ours by its mark, or at the same commit. */
const twinFinder =
  ({ repositories: { git } }: Committing, { tag, message }: RepoTagInput, context: ApplyContext): FindTwin =>
  async ({ refAt, gitDir }) => {
    const { signal, idempotencyKey } = context;
    const object = await refAt(tagRef(tag), signal);
    if (object === null) return null;
    if (message === undefined) return object === commitOf(context) ? { object } : null;
    const { exitCode, text } = await git(['cat-file', 'tag', object], { gitDir, signal, answers: [128] });
    const isMarked = exitCode === 0 && text.split('\n').includes(keyLine(idempotencyKey));
    return isMarked && text.startsWith(`object ${commitOf(context)}\n`) ? { object } : null;
  };

const outputOf = ({ tag, push }: RepoTagInput, { object, isLocal }: Moved, commit: string): TagOutput => ({
  tag,
  commit,
  object,
  isPushed: push,
  isLocal,
});

/** Makes the tag, or goes on where an earlier attempt with the same key stopped. */
export const makeTag = async (
  committing: Committing,
  input: RepoTagInput,
  context: ApplyContext,
): Promise<TagOutput> => {
  const { signal } = context;
  const commit = commitOf(context);
  const target = await openTarget(committing, input, signal);
  const { primary, mirror } = target;
  const deciding = mirror ?? primary;
  const findTwin = twinFinder(committing, input, context);
  const made = await findTwin(deciding);
  const move = { ref: tagRef(input.tag), from: null };
  if (made) {
    const isLocal = !mirror || (await follow(primary, { ...move, to: made.object }, findTwin, signal));
    return outputOf(input, { object: made.object, isLocal }, commit);
  }
  if ((await deciding.refAt(move.ref, signal)) !== null) throw hasMoved(move.ref);
  const to = await writeTag(committing, primary.gitDir, input, context);
  return outputOf(input, await moveRefs(target, { ...move, to }, findTwin, signal), commit);
};

/** Git signs no tag that it does not also name: it does so in a folder of its own, over the objects of the repository. */
const writeTag = (
  { repositories: { git, scratchDir }, author }: Committing,
  gitDir: string,
  { tag, message }: RepoTagInput,
  context: ApplyContext,
): Promise<string> => {
  const { signal, idempotencyKey, taskId } = context;
  const commit = commitOf(context);
  if (message === undefined) return Promise.resolve(commit);
  return inFolder(scratchDir, async (folder) => {
    const format = `--object-format=${commit.length === 64 ? 'sha256' : 'sha1'}`;
    await git(['init', '--bare', '--quiet', '--template=', format, folder], { signal });
    const { isSigned, env, config } = authorship(author);
    const there = { gitDir: folder, signal };
    await git(
      ['tag', isSigned ? '--sign' : '--annotate', '--cleanup=verbatim', '--file=-', '--', tag, commit],
      {
        ...there,
        config,
        env: { ...env, GIT_OBJECT_DIRECTORY: join(gitDir, 'objects') },
        input: markedMessage(message, { key: idempotencyKey, taskId }),
      },
    );
    const { text } = await git(['rev-parse', '--verify', tagRef(tag)], there);
    return text.trim();
  });
};

/** Whether the name is still free. */
export const watchTag = async (
  committing: Committing,
  input: RepoTagInput,
  { signal }: LookContext,
): Promise<boolean> => {
  const { primary, mirror } = await openTarget(committing, input, signal);
  return (await (mirror ?? primary).refAt(tagRef(input.tag), signal)) === null;
};

export const reconcileTag = async (
  committing: Committing,
  input: RepoTagInput,
  context: ApplyContext,
): Promise<Reconciliation<TagOutput>> => {
  const { primary, mirror } = await openTarget(committing, input, context.signal);
  const findTwin = twinFinder(committing, input, context);
  const made = await findTwin(mirror ?? primary);
  if (!made) {
    const other = await (mirror ?? primary).refAt(tagRef(input.tag), context.signal);
    return { kind: other === null ? 'ABSENT' : 'UNKNOWN' };
  }
  // Pushed, but not yet there locally, is not done: apply goes on from there.
  if (mirror && !(await findTwin(primary))) return { kind: 'ABSENT' };
  return { kind: 'FOUND', output: outputOf(input, { ...made, isLocal: true }, commitOf(context)) };
};

/** Where a tag was made: the remote first. */
const holdersOf = async (
  committing: Committing,
  input: RepoTagInput,
  { isLocal }: TagOutput,
  { signal }: ApplyContext,
): Promise<readonly Repository[]> => {
  const { primary, mirror } = await openTarget(committing, input, signal);
  return [mirror, isLocal ? primary : null].filter((holder) => holder !== null);
};

export const verifyTag = async (
  committing: Committing,
  input: RepoTagInput,
  output: TagOutput,
  context: ApplyContext,
): Promise<void> => {
  for (const { refAt } of await holdersOf(committing, input, output, context)) {
    const now = await refAt(tagRef(input.tag), context.signal);
    if (now !== output.object) throw notHeld(`The tag "${input.tag}" is not there as it was made.`);
  }
};

/** Deletes the tag wherever it is still ours. */
export const takeTagAway = async (
  committing: Committing,
  input: RepoTagInput,
  output: TagOutput,
  context: ApplyContext,
): Promise<TagOutput> => {
  const ref = tagRef(input.tag);
  for (const repository of await holdersOf(committing, input, output, context)) {
    const now = await repository.refAt(ref, context.signal);
    if (now === null) continue;
    if (now !== output.object) throw hasMoved(ref);
    const obstacle = await repository.obstacle(ref, context.signal);
    if (obstacle) throw moved(obstacle);
    await repository.moveRef({ ref, from: now, to: null, objectsIn: repository.gitDir }, context.signal);
  }
  return output;
};
