import { hasLookAlikes, isDeceptive, quoted, reordersCode, type Risk } from '@countersign/shared';
import type { Finding } from '../../domain/planned-action.ts';
import type { ComparedFile } from './file-diff.ts';
import { lookAlikes } from './look-alike-paths.ts';
import { messageFindings } from './message-findings.ts';
import { isProgram, notableFile } from './notable-files.ts';
import type { RepoCommitInput } from './repo-commit-schema.ts';
import type { BranchState } from './repository.ts';
import type { TreeEntry } from './tree-entries.ts';

export interface FoundCommit {
  readonly input: RepoCommitInput;
  readonly state: BranchState;
  readonly compared: readonly ComparedFile[];
  readonly entries: ReadonlyMap<string, TreeEntry>;
  /** What stands beside the files that are new; null where that is too much to look at. */
  readonly neighbours: readonly string[] | null;
}

/** What a reviewer should look at twice. */
export const commitFindings = (found: FoundCommit): Finding[] => [
  ...startFindings(found),
  ...untouchedFindings(found.input.files.length - found.compared.length),
  ...deceptionFindings(found.input),
  ...foreignLetterFindings([
    { what: 'The repository', name: found.input.repository },
    { what: 'The branch', name: found.input.branch },
    ...found.input.files.map(({ path }) => ({ what: 'The path', name: path })),
  ]),
  ...lookAlikeFindings(found),
  ...messageFindings(found.input.message),
  ...found.compared.flatMap((file) => [...formFindings(file), ...powerFindings(file, found)]),
];

const finding = (severity: Risk, message: string): Finding => ({ severity, message });

const startFindings = ({ input: { branch }, state: { head, fallback } }: FoundCommit): Finding[] => {
  if (head !== null || !fallback) return [];
  const start = `${quoted(fallback.branch)} (${fallback.head.slice(0, 7)})`;
  return [finding('LOW', `The branch ${quoted(branch)} does not exist and starts at ${start}.`)];
};

const untouchedFindings = (count: number): Finding[] =>
  count === 0 ? [] : [finding('LOW', `${count} file${count === 1 ? '' : 's'} given without any change.`)];

export const deceptionFindings = ({
  message,
  files,
}: Pick<RepoCommitInput, 'message' | 'files'>): Finding[] => {
  const texts = [{ name: 'The commit message', text: message }];
  for (const { path, content } of files) texts.push({ name: quoted(path), text: content ?? '' });
  return texts.flatMap(({ name, text }) => [
    ...(isDeceptive(text)
      ? [finding('HIGH', `${name} has invisible, direction-changing or control characters.`)]
      : []),
    ...(reordersCode(text)
      ? [
          finding(
            'HIGH',
            `${name} has letters written from right to left that elsewhere show code reordered.`,
          ),
        ]
      : []),
  ]);
};

/** Names that a reader takes for others. */
export const foreignLetterFindings = (
  names: readonly { readonly what: string; readonly name: string }[],
): Finding[] =>
  names
    .filter(({ name }) => hasLookAlikes(name))
    .map(({ what, name }) =>
      finding('HIGH', `${what} ${quoted(name)} has letters of another script that pass for Latin ones.`),
    );

const lookAlikeFindings = ({ input, neighbours, entries }: FoundCommit): Finding[] => {
  const given = input.files.filter(({ content }) => content !== null).map(({ path }) => path);
  const isDeleted = new Set(input.files.filter(({ content }) => content === null).map(({ path }) => path));
  const others = [...(neighbours ?? []), ...given.filter((path) => entries.has(path))];
  const found = lookAlikes(
    given,
    others.filter((path) => !isDeleted.has(path)),
  ).map(({ path, other }) =>
    finding(
      'HIGH',
      `${quoted(path)} differs from ${quoted(other)} only in case or in the form of its letters.`,
    ),
  );
  return neighbours === null
    ? [...found, finding('LOW', 'Folders are too full to be searched for names that look like the new ones.')]
    : found;
};

/** Of what nobody can be shown as it is, a reviewer must at least hear. */
const formFindings = ({ diff, oldForm, isCompared, contents }: ComparedFile): Finding[] => {
  const name = quoted(diff.path);
  const findings: Finding[] = [];
  if (!isCompared) {
    findings.push(
      finding(
        'MEDIUM',
        `${name} is too different to be compared in time: all of it is shown as replaced. ${contents}`,
      ),
    );
  } else if (diff.isTruncated) {
    findings.push(finding('MEDIUM', `${name} is changed in many lines: read it part by part. ${contents}`));
  }
  if (oldForm === 'BINARY') {
    findings.push(
      diff.change === 'DELETE'
        ? finding('MEDIUM', `${name} is a binary file that is deleted; its bytes are not shown. ${contents}`)
        : finding(
            'HIGH',
            `${name} is a binary file and becomes text; its old bytes are not shown. ${contents}`,
          ),
    );
  }
  if (oldForm === 'BYTES') {
    const message = `${name} holds bytes that are no UTF-8 text: each is shown as a mark, U+F700 for byte 00 to U+F7FF for byte FF.`;
    findings.push(finding('HIGH', message));
  }
  return findings;
};

/** Files that run something, or say who may. */
const powerFindings = (
  { diff: { path, change } }: ComparedFile,
  { input, entries }: FoundCommit,
): Finding[] => {
  const notable = notableFile(path);
  const content = input.files.find((file) => file.path === path)?.content ?? null;
  return [
    ...(notable ? [finding(notable.severity, `${quoted(path)} ${notable.consequence}.`)] : []),
    ...(entries.get(path)?.mode === '100755' ? [finding('MEDIUM', `${quoted(path)} is executable.`)] : []),
    ...(change !== 'DELETE' && isProgram(content)
      ? [finding('MEDIUM', `${quoted(path)} is a program: it begins with "#!".`)]
      : []),
  ];
};
