import { quoted } from '@countersign/shared';
import type { RepoCommitInput } from './repo-commit-schema.ts';
import type { BranchState } from './repository.ts';

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const longestNamedPath = 48;

const mostNamed = 2;

/** Names one or two files, so that requests for one branch can be told apart in a list; of more their number counts. */
const filesInWords = (paths: readonly string[]): string =>
  paths.length > mostNamed || paths.some((path) => path.length > longestNamedPath)
    ? count(paths.length, 'file')
    : paths.map(quoted).join(' and ');

/** What the caller chose stands in quotes, so that no name of a file reads as one of a branch or a repository. */
export const summaryOf = (
  { branch, repository, push }: RepoCommitInput,
  changed: RepoCommitInput['files'],
  { head, fallback }: BranchState,
): string => {
  const paths = changed.map(({ path }) => path);
  const deleted = changed.filter(({ content }) => content === null).length;
  const isDeletion = deleted === changed.length;
  const verb = `${isDeletion ? 'Delete' : 'Commit'}${push ? ' and push' : ''}`;
  const files = isDeletion && deleted > 1 ? count(deleted, 'file') : filesInWords(paths);
  const aside = !isDeletion && deleted > 0 ? ` (${deleted} deleted)` : '';
  const place = `${isDeletion ? 'from' : 'to'} ${quoted(branch)} of ${quoted(repository)}`;
  if (head !== null) return `${verb} ${files}${aside} ${place}`;
  const start = fallback ? `from ${quoted(fallback.branch)}` : 'as the first commit';
  return `${verb} ${files}${aside} ${place}, a new branch ${start}`;
};
