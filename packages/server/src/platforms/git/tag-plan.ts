import { quoted } from '@countersign/shared';
import type { Diff } from '../../domain/diff.ts';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Finding, PlannedAction } from '../../domain/planned-action.ts';
import type { Committing } from './branch-commit.ts';
import { createBranchHistory, type HistoricCommit } from './branch-history.ts';
import { deceptionFindings, foreignLetterFindings } from './commit-findings.ts';
import { committedMessage } from './commit-message.ts';
import { messageFindings } from './message-findings.ts';
import { tagRef } from './ref-names.ts';
import type { RepoTagInput } from './repo-tag-schema.ts';
import { refuseAt, targetsIn, type CommitTarget } from './repositories.ts';

/** What must still be so when the tag is made; that there is no such tag yet goes without saying. */
export interface TagPrecondition {
  readonly commit: string;
  readonly [key: string]: string;
}

export const planTag = async (
  { repositories }: Committing,
  input: RepoTagInput,
  signal: AbortSignal,
): Promise<Outcome<PlannedAction>> => {
  const opened = await repositories.open(input, signal);
  if (!opened.ok) return opened;
  const target = opened.value;
  const { primary, mirror } = target;
  const { head } = await primary.readBranch(input.branch, signal);
  if (head === null)
    return refuseAt('branch', 'RESOURCE_NOT_FOUND', `There is no branch ${quoted(input.branch)}.`);
  const history = createBranchHistory(repositories.git, primary.gitDir, signal);
  const found = await history.find(input.commit ?? head, head);
  if (!found) {
    const message = `The branch ${quoted(input.branch)} has no commit ${input.commit ?? head}.`;
    return refuseAt('commit', 'RESOURCE_NOT_FOUND', message);
  }
  const free = await isFree(target, input.tag, signal);
  if (!free.ok) return free;
  if (mirror) {
    const theirs = (await mirror.readBranch(input.branch, signal)).head;
    const published = createBranchHistory(repositories.git, mirror.gitDir, signal);
    if (theirs === null || !(await published.find(found.id, theirs))) {
      const message = `The remote "origin" has no commit ${found.id} on ${quoted(input.branch)}: push the branch first.`;
      return refuseAt('push', 'PRECONDITION_FAILED', message);
    }
  }
  const precondition: TagPrecondition = { commit: found.id };
  return accepted({
    summary: summaryOf(input, found),
    targets: targetsIn(opened.value, 'tag', input.tag),
    precondition,
    diffs: diffsOf(input, found),
    findings: [...findingsOf(input), ...(await primary.remarks(tagRef(input.tag), signal))],
    claims: (mirror ? [primary, mirror] : [primary]).map(({ id }) => `${id}/${tagRef(input.tag)}`),
  });
};

const isFree = async (
  { primary, mirror }: CommitTarget,
  tag: string,
  signal: AbortSignal,
): Promise<Outcome<null>> => {
  const ref = tagRef(tag);
  for (const repository of [primary, mirror].filter((one) => one !== null)) {
    const there = await repository.refAt(ref, signal);
    if (there !== null) {
      const message = `There is a tag ${quoted(tag)} already, and a tag is never moved: choose another name.`;
      return refuseAt('tag', 'PRECONDITION_FAILED', message);
    }
    const obstacle = await repository.obstacle(ref, signal);
    if (obstacle !== null) return refuseAt('tag', 'PRECONDITION_FAILED', obstacle);
  }
  return accepted(null);
};

const summaryOf = (
  { repository, tag, branch, message, push }: RepoTagInput,
  { id }: HistoricCommit,
): string => {
  const kind = message === undefined ? 'a light tag' : 'a tag';
  const verb = push ? 'Make and push' : 'Make';
  return `${verb} ${kind} ${quoted(tag)} at ${id.slice(0, 7)} of ${quoted(branch)} of ${quoted(repository)}`;
};

const diffsOf = ({ tag, message }: RepoTagInput, { id, subject }: HistoricCommit): Diff[] => [
  { type: 'FIELD', path: `/${tagRef(tag)}`, before: null, after: id },
  {
    type: 'TABLE',
    title: 'Tagged commit',
    columns: ['Commit', 'Says'],
    rows: [{ kind: 'CONTEXT', cells: [id, subject.slice(0, 200).toWellFormed()] }],
  },
  ...(message === undefined
    ? []
    : [{ type: 'FIELD', path: '/message', before: null, after: committedMessage(message) } as const]),
];

const findingsOf = ({ repository, tag, branch, message = '', push }: RepoTagInput): Finding[] => [
  ...(push
    ? [
        {
          severity: 'MEDIUM',
          message: `A pushed tag may start releases, and others may have it before it is taken away again.`,
        } as const,
      ]
    : []),
  ...deceptionFindings({ message, files: [] }),
  ...foreignLetterFindings([
    { what: 'The repository', name: repository },
    { what: 'The branch', name: branch },
    { what: 'The tag', name: tag },
  ]),
  ...messageFindings(message),
];
