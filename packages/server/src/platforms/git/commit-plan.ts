import { quoted } from '@countersign/shared';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { ChangedLines, FieldDiff, LinesQuery } from '../../domain/diff.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import type { BranchPrecondition, Committing } from './branch-commit.ts';
import { filesAsCommitted } from './commit-apply.ts';
import type { PlanCall } from '../contract/executor.ts';
import { filesForeseenOn, foreseenTree, leftOn, type ForeseenFiles } from './foreseen-tree.ts';
import { commitFindings } from './commit-findings.ts';
import type { FileChange } from './file-diff.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { attributeDemands } from './path-attributes.ts';
import { committedMessage } from './commit-message.ts';
import { summaryOf } from './commit-summary.ts';
import { ancestorsOf, type RepoCommitInput } from './repo-commit-schema.ts';
import { refuseAt, targetsIn, type CommitTarget } from './repositories.ts';
import { branchRef } from './ref-names.ts';
import type { BranchState } from './repository.ts';
import { blobIdOf, createTreeReader, type TreeEntry, type TreeReader } from './tree-entries.ts';
import { deletedBy, entryFault } from './entry-fault.ts';

export type CommitPlanning = Pick<Committing, 'repositories' | 'comparison'>;

export const planCommit = async (
  { repositories, comparison }: CommitPlanning,
  input: RepoCommitInput,
  { signal, foreseen = [] }: Pick<PlanCall, 'signal' | 'foreseen'>,
): Promise<Outcome<PlannedAction>> => {
  const opened = await repositories.open(input, signal);
  if (!opened.ok) return opened;
  const { primary, mirror, lfs } = opened.value;
  const now = await primary.readBranch(input.branch, signal);
  const blocked = await obstacleTo(opened.value, now, input.branch, signal);
  if (!blocked.ok) return blocked;

  const claim = `${primary.id}/${branchRef(input.branch)}`;
  const earlier = filesForeseenOn(claim, foreseen);
  const standing = createTreeReader(repositories.git, primary.gitDir, signal);
  const { base, idLength, tree, state } = branchAsForeseen(now, standing, earlier);
  const paths = input.files.map(({ path }) => path);
  const entries = await tree.entries(base, paths);
  const faults = faultsIn(input, entries);
  if (!faults.ok) return faults;
  const demands = await attributeDemands(
    { ...repositories, gitDir: primary.gitDir, tree, lfs, signal },
    base,
    input,
  );
  if (demands.faults.length > 0) return refuseFor(demands.faults);

  const kept = demands.keptByLfs;
  const changed = changedFiles(input, kept, entries, idLength);
  if (changed.length === 0) {
    return refuseAt(
      'files',
      'NOTHING_TO_CHANGE',
      `Nothing would change: "${input.branch}" has all of this already.`,
    );
  }
  const compared = await comparison.compare(await changesOf(changed, entries, tree), signal);
  return accepted({
    summary: summaryOf(input, changed, state),
    targets: targetsIn(opened.value, 'branch', input.branch),
    precondition: { head: state.head, base, ...(kept.length === 0 ? {} : { lfs: kept }) },
    diffs: [...compared.map(({ diff }) => diff), messageDiff(input)],
    findings: [
      ...commitFindings({
        input,
        state,
        compared,
        entries,
        neighbours: await tree.namesIn(base, foldersOfNew(input, entries)),
      }),
      ...demands.findings,
      ...(await primary.remarks(branchRef(input.branch), signal)),
    ],
    claims: [claim, ...(mirror ? [`${mirror.id}/${branchRef(input.branch)}`] : [])],
    leaves: leftOn(
      claim,
      filesAsCommitted(changed, kept).map(({ path, content }) => ({ path, left: content })),
    ),
    // Upon an earlier commit of the run, which has no id yet.
    output: { branch: input.branch, isPushed: input.push, ...(earlier ? {} : { parent: base }) },
  });
};

/** The branch as it will be once earlier steps have committed to it; as it is where none do. */
export const branchAsForeseen = (now: BranchState, standing: TreeReader, earlier: ForeseenFiles | null) => {
  const base = now.head ?? now.fallback?.head ?? null;
  const idLength = base?.length ?? 40;
  return earlier
    ? {
        base,
        idLength,
        tree: foreseenTree(standing, earlier, idLength),
        state: { ...now, head: now.head ?? base ?? '0'.repeat(idLength) },
      }
    : { base, idLength, tree: standing, state: now };
};

/** Those of which the branch has something else, or nothing. */
const changedFiles = (
  { files }: RepoCommitInput,
  keptByLfs: readonly string[],
  entries: ReadonlyMap<string, TreeEntry>,
  idLength: number,
): RepoCommitInput['files'] => {
  const committed = filesAsCommitted(files, keptByLfs);
  return files.filter(({ path }, index) => {
    const content = committed[index]?.content ?? null;
    return content === null || entries.get(path)?.id !== blobIdOf(content, idLength);
  });
};

/**
 * A part of what a commit as it was planned changes in one file. What was there before is read from the commit that
 * the plan builds on, so it is what the plan's hash covers, wherever the branch is by now.
 */
export const plannedLines = async (
  { repositories, comparison }: CommitPlanning,
  input: RepoCommitInput,
  { base }: BranchPrecondition,
  query: LinesQuery,
  signal: AbortSignal,
): Promise<ChangedLines | null> => {
  const file = input.files.find(({ path }) => path === query.path);
  const opened = file ? await repositories.open(input, signal) : null;
  if (!file || !opened?.ok) return null;
  const tree = createTreeReader(repositories.git, opened.value.primary.gitDir, signal);
  const [change] = await changesOf([file], await tree.entries(base, [file.path]), tree);
  return change ? comparison.lines(change, query, signal) : null;
};

const faultsIn = ({ files }: RepoCommitInput, entries: ReadonlyMap<string, TreeEntry>): Outcome<null> => {
  const deleted = deletedBy(files);
  const faults = files.flatMap((file, index) => {
    const message = entryFault(file, entries, deleted);
    return message === null ? [] : [{ path: `files[${index}].path`, message }];
  });
  return faults.length > 0 ? refuseFor(faults) : accepted(null);
};

const refuseFor = (faults: readonly Fault[]): Outcome<never> => {
  const message = faults[0]?.message ?? 'The files do not fit.';
  return refused(refusal('PRECONDITION_FAILED', message, { details: { kind: 'FAULTS', faults } }));
};

const changesOf = async (
  changed: RepoCommitInput['files'],
  entries: ReadonlyMap<string, TreeEntry>,
  tree: TreeReader,
): Promise<FileChange[]> => {
  const contents = await tree.contents(changed.flatMap(({ path }) => entries.get(path)?.id ?? []));
  return changed.map(({ path, content }) => {
    const oldId = entries.get(path)?.id ?? null;
    return { path, before: (oldId !== null && contents.get(oldId)) || null, oldId, after: content };
  });
};

export const obstacleTo = async (
  { primary, mirror }: CommitTarget,
  state: BranchState,
  branch: string,
  signal: AbortSignal,
): Promise<Outcome<null>> => {
  const obstacle =
    (await primary.obstacle(branchRef(branch), signal)) ??
    (await mirror?.obstacle(branchRef(branch), signal)) ??
    null;
  if (obstacle) return refuseAt('branch', 'PRECONDITION_FAILED', obstacle);
  if (state.head === null && state.fallback === null && !state.isEmpty) {
    const message = `There is no branch ${quoted(branch)}, and HEAD of the repository names no branch that is there, so nobody knows where it would start. Commit to a branch that is there, or let HEAD name one.`;
    return refuseAt('branch', 'PRECONDITION_FAILED', message);
  }
  if (mirror && (await mirror.readBranch(branch, signal)).head !== state.head) {
    return refuseAt('push', 'PRECONDITION_FAILED', `"${branch}" stands elsewhere at the remote "origin".`);
  }
  return accepted(null);
};

/** What the commit will say, but for the trailers that are ours. */
export const messageDiff = ({ message }: { readonly message: string }): FieldDiff => ({
  type: 'FIELD',
  path: '/message',
  before: null,
  after: committedMessage(message),
});

/** For each file that is new, the folder that is there already. */
const foldersOfNew = (
  { files }: RepoCommitInput,
  entries: ReadonlyMap<string, TreeEntry>,
): readonly string[] =>
  files
    .filter(({ path }) => !entries.has(path))
    .map(({ path }) => ancestorsOf(path).findLast((folder) => entries.get(folder)?.mode === '040000') ?? '');
