import { quoted } from '@countersign/shared';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { ChangedLines, FileDiff, LinesQuery } from '../../domain/diff.ts';
import type { Finding, PlannedAction } from '../../domain/planned-action.ts';
import type { BranchPrecondition, Committing } from './branch-commit.ts';
import { createBranchHistory, mostChangedPaths, type HistoricCommit } from './branch-history.ts';
import { commitFindings } from './commit-findings.ts';
import { revertMessage } from './commit-message.ts';
import { branchAsForeseen, messageDiff, obstacleTo } from './commit-plan.ts';
import type { PlanCall } from '../contract/executor.ts';
import type { FileChange } from './file-diff.ts';
import { isText } from './file-text.ts';
import { filesForeseenOn, leftOn } from './foreseen-tree.ts';
import { branchRef } from './ref-names.ts';
import type { RepoRevertInput } from './repo-revert-schema.ts';
import { refuseAt, targetsIn } from './repositories.ts';
import { revertChanges, type RevertedPath, type RevertPlace } from './revert-changes.ts';
import { createTreeReader } from './tree-entries.ts';

interface FoundRevert {
  readonly commit: HistoricCommit;
  readonly changes: readonly RevertedPath[];
  readonly message: string;
}

/** A repository as it is. */
export const placeIn = (
  repositories: RevertPlace['repositories'],
  gitDir: string,
  signal: AbortSignal,
): RevertPlace => ({
  repositories,
  gitDir,
  signal,
  tree: createTreeReader(repositories.git, gitDir, signal),
});

/** What reverting comes to where the branch is at `base`. */
export const findRevert = async (
  place: RevertPlace,
  { branch, commit: id, message }: RepoRevertInput,
  base: string | null,
): Promise<Outcome<FoundRevert>> => {
  const history = createBranchHistory(place.repositories.git, place.gitDir, place.signal);
  const commit = base === null ? null : await history.find(id, base);
  if (base === null || !commit)
    return refuseAt('commit', 'RESOURCE_NOT_FOUND', `The branch ${quoted(branch)} has no commit ${id}.`);
  if (commit.parents.length > 1) {
    const said = 'It is a merge: revert the commits that it brought, one by one.';
    return refuseAt('commit', 'PRECONDITION_FAILED', said);
  }
  const revert = await revertChanges(place, commit, base);
  if (!revert) {
    const said = `It changed more than ${mostChangedPaths} files, which is more than one commit may touch here.`;
    return refuseAt('commit', 'PRECONDITION_FAILED', said);
  }
  const [first, ...others] = revert.conflicts;
  if (first !== undefined) {
    const faults = [first, ...others].map((fault) => ({ path: 'commit', message: fault }));
    return refused(refusal('PRECONDITION_FAILED', first, { details: { kind: 'FAULTS', faults } }));
  }
  if (revert.changes.length === 0) {
    const said = `Nothing would change: what it did is not there on ${quoted(branch)} any more.`;
    return refuseAt('commit', 'NOTHING_TO_CHANGE', said);
  }
  return accepted({
    commit,
    changes: revert.changes,
    message: message ?? revertMessage(commit.subject, commit.id),
  });
};

export const planRevert = async (
  { repositories, comparison }: Committing,
  input: RepoRevertInput,
  { signal, foreseen = [] }: Pick<PlanCall, 'signal' | 'foreseen'>,
): Promise<Outcome<PlannedAction>> => {
  const opened = await repositories.open(input, signal);
  if (!opened.ok) return opened;
  const { primary, mirror } = opened.value;
  const { branch, repository, push } = input;
  const now = await primary.readBranch(branch, signal);
  const blocked = await obstacleTo(opened.value, now, branch, signal);
  if (!blocked.ok) return blocked;
  const claim = `${primary.id}/${branchRef(branch)}`;
  const earlier = filesForeseenOn(claim, foreseen);
  const standing = placeIn(repositories, primary.gitDir, signal);
  const { base: start, tree, state } = branchAsForeseen(now, standing.tree, earlier);
  const place = { ...standing, tree };
  // A branch that is not there has nothing to take back, unless an earlier step makes it.
  const base = earlier ? start : now.head;
  const found = await findRevert(place, input, base);
  if (!found.ok) return found;
  const { commit, changes, message } = found.value;
  const texts = await textsOf(place, changes);
  const shown = texts.flatMap(({ change }) => change ?? []);
  const compared = await comparison.compare(shown, signal);
  const unshown = texts.filter(({ change }) => change === null).map(({ reverted }) => reverted);
  const precondition: BranchPrecondition = { head: state.head, base };
  return accepted({
    summary: `Revert${push ? ' and push' : ''} ${quoted(commit.subject.slice(0, 100).toWellFormed())} (${commit.id.slice(0, 7)}) on ${quoted(branch)} of ${quoted(repository)}`,
    targets: targetsIn(opened.value, 'branch', branch),
    precondition,
    diffs: [...compared.map(({ diff }) => diff), ...unshown.map(binaryDiff), messageDiff({ message })],
    findings: [
      ...commitFindings({
        input: {
          ...input,
          message,
          files: shown.map(({ path, after }) => ({ path, content: after })),
        },
        state,
        compared,
        entries: new Map(changes.flatMap(({ path, now }) => (now ? [[path, now] as const] : []))),
        neighbours: [],
      }),
      ...unshown.map(unshownFinding),
      ...(await primary.remarks(branchRef(branch), signal)),
    ],
    claims: [claim, ...(mirror ? [`${mirror.id}/${branchRef(branch)}`] : [])],
    leaves: leftOn(
      claim,
      changes.map(({ path, entry, merged }) => ({ path, left: merged ?? entry })),
    ),
  });
};

/** A part of what reverting changes in one file, as it was planned. */
export const revertedLines = async (
  { repositories, comparison }: Committing,
  input: RepoRevertInput,
  base: string | null,
  query: LinesQuery,
  signal: AbortSignal,
): Promise<ChangedLines | null> => {
  const opened = await repositories.open(input, signal);
  if (!opened.ok) return null;
  const place = placeIn(repositories, opened.value.primary.gitDir, signal);
  const found = await findRevert(place, input, base);
  const reverted = found.ok ? found.value.changes.filter(({ path }) => path === query.path) : [];
  const [text] = await textsOf(place, reverted);
  return text?.change ? comparison.lines(text.change, query, signal) : null;
};

/** The texts before and after; `change` is null where what comes back cannot be shown as text. */
const textsOf = async (
  { tree }: RevertPlace,
  changes: readonly RevertedPath[],
): Promise<readonly { readonly reverted: RevertedPath; readonly change: FileChange | null }[]> => {
  const isFile = (mode: string | undefined): boolean => mode === '100644' || mode === '100755';
  const ids = changes.flatMap(({ now, entry }) =>
    [now, entry].flatMap((one) => (isFile(one?.mode) ? (one?.id ?? []) : [])),
  );
  const contents = await tree.contents(ids);
  return changes.map((reverted) => {
    const { path, now, entry, merged } = reverted;
    const there = now && isFile(now.mode) ? now : null;
    const old = there && contents.get(there.id);
    const next = entry && isFile(entry.mode) ? contents.get(entry.id) : undefined;
    const after = merged ?? (next && isText(next) ? next.toString('utf8') : null);
    const isShown = (now === null || there !== null) && (entry === null || after !== null);
    // A new mode is no line of the text.
    const isSameMode = !now || !entry || now.mode === entry.mode;
    return {
      reverted,
      change: isShown && isSameMode ? { path, before: old ?? null, oldId: now?.id ?? null, after } : null,
    };
  });
};

const binaryDiff = ({ path, now, entry }: RevertedPath): FileDiff => ({
  type: 'FILE',
  path,
  change: entry === null ? 'DELETE' : now === null ? 'CREATE' : 'UPDATE',
  additions: 0,
  deletions: 0,
  hunks: [],
  isBinary: true,
  isTruncated: false,
});

const unshownFinding = ({ path, now, entry }: RevertedPath): Finding => {
  const object = (one: RevertedPath['now']): string => (one ? `${one.mode} ${one.id.slice(0, 16)}` : 'none');
  const message = `${quoted(path)} goes back to what is no text, or gets another mode, and is not shown. Before: ${object(now)}; after: ${object(entry)}.`;
  return { severity: 'HIGH', message };
};
