import type { Finding } from '../../../domain/planned-action.ts';
import { isDeceptive } from '../../../domain/visible-text.ts';
import type { ComparedFile } from './file-diff.ts';
import type { RepoCommitInput } from './repo-commit-schema.ts';
import type { BranchState } from './repository.ts';
import type { TreeEntry } from './tree-entries.ts';

/** Files that make others run something: a workflow, a hook's configuration, a submodule's address. */
const powerfulPath =
  /^(\.github\/workflows\/|\.gitlab-ci\.yml$|\.circleci\/|Jenkinsfile$|\.husky\/)|(^|\/)(\.gitmodules|\.gitattributes)$/;

export interface FoundCommit {
  readonly input: RepoCommitInput;
  readonly state: BranchState;
  readonly compared: readonly ComparedFile[];
  readonly entries: ReadonlyMap<string, TreeEntry>;
}

/** What a reviewer should look at twice. */
export const commitFindings = ({ input, state, compared, entries }: FoundCommit): Finding[] => [
  ...startFindings(input, state),
  ...untouchedFindings(input.files.length - compared.length),
  ...deceptionFindings(input),
  ...compared.flatMap(formFindings),
  ...compared.flatMap(({ diff: { path, isTruncated }, isCompared }): Finding[] => [
    ...(isTruncated && isCompared
      ? [{ severity: 'MEDIUM', message: `${path} is too large to be shown whole.` } as const]
      : []),
    ...(powerfulPath.test(path)
      ? [{ severity: 'HIGH', message: `${path} decides what runs on the machines of others.` } as const]
      : []),
    ...(entries.get(path)?.mode === '100755'
      ? [{ severity: 'MEDIUM', message: `${path} is executable.` } as const]
      : []),
  ]),
];

const startFindings = ({ branch }: RepoCommitInput, { head, fallback }: BranchState): Finding[] => {
  if (head !== null || !fallback) return [];
  const start = `${fallback.branch} (${fallback.head.slice(0, 7)})`;
  return [{ severity: 'LOW', message: `The branch ${branch} does not exist and starts at ${start}.` }];
};

const untouchedFindings = (count: number): Finding[] =>
  count === 0
    ? []
    : [{ severity: 'LOW', message: `${count} file${count === 1 ? '' : 's'} given without any change.` }];

const deceptionFindings = ({ message, files }: RepoCommitInput): Finding[] => {
  const texts = [{ name: 'The commit message', text: message }];
  for (const { path, content } of files) texts.push({ name: path, text: content ?? '' });
  return texts
    .filter(({ text }) => isDeceptive(text))
    .map(({ name }) => ({
      severity: 'HIGH',
      message: `${name} has invisible, direction-changing or control characters.`,
    }));
};

/** Of what nobody can be shown as it is, a reviewer must at least hear. */
const formFindings = ({ diff: { path, change }, oldForm, isCompared }: ComparedFile): Finding[] => {
  const messages: Finding[] = [];
  if (!isCompared) {
    const message = `${path} is too different from before to be compared in time: no lines are shown.`;
    messages.push({ severity: 'MEDIUM', message });
  }
  if (oldForm === 'BINARY' && change === 'DELETE') {
    const message = `${path} is a binary file that is deleted; its bytes are not shown.`;
    messages.push({ severity: 'MEDIUM', message });
  }
  if (oldForm === 'BINARY' && change !== 'DELETE') {
    const message = `${path} is a binary file and becomes text; its old bytes are not shown.`;
    messages.push({ severity: 'HIGH', message });
  }
  if (oldForm === 'BYTES') {
    const message = `${path} holds bytes that are no UTF-8 text; each is shown as a mark from U+F700 (byte 00) to U+F7FF (byte FF).`;
    messages.push({ severity: 'HIGH', message });
  }
  return messages;
};
