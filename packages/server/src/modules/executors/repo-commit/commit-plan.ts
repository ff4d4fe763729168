import { accepted, refusal, refused, type Outcome } from '../../../domain/errors.ts';
import type { PlannedAction } from '../../../domain/planned-action.ts';
import { commitFindings } from './commit-findings.ts';
import type { FileComparison } from './file-comparison.ts';
import type { FileChange } from './file-diff.ts';
import type { RepoCommitInput } from './repo-commit-schema.ts';
import { refuseAt, type CommitTarget, type Repositories } from './repositories.ts';
import type { BranchState } from './repository.ts';
import { blobIdOf, createTreeReader } from './tree-entries.ts';
import { entryFault } from './entry-fault.ts';

/** What must still hold when the commit is made. */
export interface CommitPrecondition {
  /** Where the branch is; null where it is not there yet. */
  readonly head: string | null;
  /** The commit that ours builds on; null in a repository without commits. */
  readonly base: string | null;
  readonly [key: string]: string | null;
}

export interface CommitPlanning {
  readonly repositories: Repositories;
  readonly comparison: FileComparison;
}

export const planCommit = async (
  { repositories, comparison }: CommitPlanning,
  input: RepoCommitInput,
  signal: AbortSignal,
): Promise<Outcome<PlannedAction>> => {
  const opened = await repositories.open(input, signal);
  if (!opened.ok) return opened;
  const { primary } = opened.value;
  const state = await primary.readBranch(input.branch, signal);
  const blocked = await obstacleTo(opened.value, state, input.branch, signal);
  if (!blocked.ok) return blocked;

  const base = state.head ?? state.fallback?.head ?? null;
  const tree = createTreeReader(repositories.git, primary.gitDir, signal);
  const entries = await tree.entries(
    base,
    input.files.map(({ path }) => path),
  );
  const faults = input.files.flatMap((file, index) => {
    const message = entryFault(file, entries);
    return message === null ? [] : [{ path: `files[${index}].path`, message }];
  });
  const [firstFault] = faults;
  if (firstFault) {
    const details = { kind: 'FAULTS', faults } as const;
    return refused(refusal('PRECONDITION_FAILED', firstFault.message, { details }));
  }

  const idLength = base?.length ?? 40;
  const changed = input.files.filter(({ path, content }) => {
    return content === null || entries.get(path)?.id !== blobIdOf(content, idLength);
  });
  if (changed.length === 0) {
    return refuseAt(
      'files',
      'PRECONDITION_FAILED',
      `Nothing would change: "${input.branch}" has all of this already.`,
    );
  }
  const contents = await tree.contents(changed.flatMap(({ path }) => entries.get(path)?.id ?? []));
  const changes = changed.map(({ path, content }): FileChange => {
    const id = entries.get(path)?.id;
    const before = (id && contents.get(id)) || null;
    return { path, before, after: content, isUnread: id !== undefined && before === null };
  });
  const compared = await comparison.compare(changes, signal);
  const precondition: CommitPrecondition = { head: state.head, base };
  return accepted({
    summary: summaryOf(
      input,
      changed.map(({ path }) => path),
      state,
    ),
    targets: [
      { kind: 'repository', name: input.repository },
      { kind: 'branch', name: `${input.repository}@${input.branch}` },
    ],
    precondition,
    diffs: compared.map(({ diff }) => diff),
    findings: commitFindings({ input, state, compared, entries }),
  });
};

const obstacleTo = async (
  { primary, mirror }: CommitTarget,
  state: BranchState,
  branch: string,
  signal: AbortSignal,
): Promise<Outcome<null>> => {
  const obstacle =
    (await primary.obstacle(branch, signal)) ?? (await mirror?.obstacle(branch, signal)) ?? null;
  if (obstacle) return refuseAt('branch', 'PRECONDITION_FAILED', obstacle);
  if (mirror && (await mirror.readBranch(branch, signal)).head !== state.head) {
    return refuseAt('push', 'PRECONDITION_FAILED', `"${branch}" stands elsewhere at the remote "origin".`);
  }
  return accepted(null);
};

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const longestNamedPath = 48;

/** Names one or two files, so that requests for one branch can be told apart in a list. */
const filesInWords = (paths: readonly string[]): string => {
  const [first = '', second, ...rest] = paths;
  if (paths.some((path) => path.length > longestNamedPath)) return count(paths.length, 'file');
  if (second === undefined) return first;
  return rest.length === 0 ? `${first} and ${second}` : `${first} and ${rest.length + 1} more files`;
};

const summaryOf = (input: RepoCommitInput, paths: readonly string[], state: BranchState): string => {
  const verb = input.push ? 'Commit and push' : 'Commit';
  const place = `${input.branch} of ${input.repository}`;
  if (state.head !== null) return `${verb} ${filesInWords(paths)} to ${place}`;
  const start = state.fallback ? `from ${state.fallback.branch}` : 'as the first commit';
  return `${verb} ${filesInWords(paths)} to ${place}, a new branch ${start}`;
};
