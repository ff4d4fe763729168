import { access, constants, mkdir, stat, writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { quoted } from '@countersign/shared';
import type { Finding } from '../../domain/planned-action.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { inFolder } from './commit-writer.ts';
import type { Git } from './git.ts';
import { isLfsPointer } from './lfs-pointer.ts';
import type { LfsServer } from './lfs-server.ts';
import { ancestorsOf, type RepoCommitInput } from './repo-commit-schema.ts';
import { ownPath, ownSetting } from './own-setting.ts';
import type { TreeReader } from './tree-entries.ts';

export interface AttributeReading {
  readonly git: Git;
  readonly gitDir: string;
  readonly scratchDir: string;
  readonly tree: TreeReader;
  /** Of the repository; null where configuration names none. */
  readonly lfs: LfsServer | null;
  readonly signal: AbortSignal;
}

export interface Demands {
  /** Where what we write, byte by byte, would not be what the repository wants there. */
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
  /** Paths of files of which the commit holds a pointer, and an LFS server the rest. */
  readonly keptByLfs: readonly string[];
}

const asked = ['filter', 'ident', 'working-tree-encoding', 'text', 'eol'] as const;
type Attributes = Partial<Record<string, string>>;

/** What `.gitattributes` demands of the files as given, with the attributes as they will be after the commit. */
export const attributeDemands = async (
  reading: AttributeReading,
  base: string | null,
  { files }: RepoCommitInput,
): Promise<Demands> => {
  const written = files.filter(({ content }) => content !== null);
  if (written.length === 0) return { faults: [], findings: [], keptByLfs: [] };
  const { sources, unread } = await attributeFiles(reading, base, files);
  const own = await ownAttributes(reading);
  const findings: Finding[] = [...unread.map(unreadFinding), ...own.elsewhere.map(elsewhereFinding)];
  const isSilent = sources.size === 0 && own.file === devNull && !(await isFile(infoOf(reading.gitDir)));
  if (isSilent) return { faults: [], findings, keptByLfs: [] };
  const attributes = await readAttributes(
    reading,
    sources,
    own.file,
    written.map(({ path }) => path),
  );
  const faults = files.flatMap(({ path, content }, index) => {
    const demanded = attributes.get(path);
    if (!demanded || content === null) return [];
    findings.push(...findingsOf(path, content, demanded));
    const fault = faultOf(path, content, demanded, reading.lfs);
    return fault === null ? [] : [{ path: `files[${index}].path`, ...fault }];
  });
  const keptByLfs = written.filter(
    ({ path, content }) => attributes.get(path)?.filter === 'lfs' && content !== '',
  );
  return { faults, findings, keptByLfs: keptByLfs.map(({ path }) => path) };
};

const unreadFinding = (path: string): Finding => ({
  severity: 'HIGH',
  message: `${quoted(path)} is too large to be read here: what it demands of the files below it is not known.`,
});

const elsewhereFinding = (setting: string): Finding => ({
  severity: 'HIGH',
  message: `The repository says by ${quoted(setting)} that attributes are elsewhere, where they are not read here: what they demand is not known.`,
});

const isSet = (value: string | undefined): value is string =>
  value !== undefined && value !== 'unspecified' && value !== 'unset';

const faultOf = (
  path: string,
  content: string,
  { filter, ident }: Attributes,
  lfs: LfsServer | null,
): Omit<Fault, 'path'> | null => {
  if (filter === 'lfs' && content !== '' && !lfs) {
    const message = `${quoted(path)} is kept by Git LFS by .gitattributes, and configuration names no LFS server of this repository: what it holds would be nowhere. Let an operator name one, or commit it where git-lfs is.`;
    return { message, setting: 'repositories' };
  }
  if (isSet(filter) && filter !== 'lfs') {
    const message = `${quoted(path)} goes through the filter ${quoted(filter)} by .gitattributes, and no filter of a repository runs here: commit it where the filter is.`;
    return { message };
  }
  return isSet(ident) && /\$Id:[^$\n]*\$/.test(content)
    ? {
        message: `${quoted(path)} has the attribute "ident" by .gitattributes: write "$Id$" without what git puts in there.`,
      }
    : null;
};

const lfsFinding = (path: string, content: string): Finding =>
  isLfsPointer(content)
    ? {
        severity: 'HIGH',
        message: `${quoted(path)} is a pointer of Git LFS: what it stands for is not shown, and is looked for on the LFS server before anything is committed.`,
      }
    : {
        severity: 'LOW',
        message: `${quoted(path)} is kept by Git LFS: what is shown here goes to the LFS server, and the commit holds a pointer to it.`,
      };

const findingsOf = (path: string, content: string, attributes: Attributes): Finding[] => {
  const encoding = attributes['working-tree-encoding'];
  const isConverted = isSet(attributes.text) || isSet(attributes.eol);
  return [
    ...(attributes.filter === 'lfs' && content !== '' ? [lfsFinding(path, content)] : []),
    ...(isSet(encoding)
      ? [{ severity: 'LOW', message: `${quoted(path)} is checked out as ${quoted(encoding)}.` } as const]
      : []),
    ...(isConverted && content.includes('\r\n')
      ? [
          {
            severity: 'LOW',
            message: `${quoted(path)} is committed with Windows' line ends, although .gitattributes wants git's.`,
          } as const,
        ]
      : []),
  ];
};

const infoOf = (gitDir: string): string => join(gitDir, 'info', 'attributes');

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** Attributes that the repository's settings name: a file that git may read, and settings that name another place. */
const ownAttributes = async ({
  git,
  gitDir,
  signal,
}: AttributeReading): Promise<{ readonly file: string; readonly elsewhere: readonly string[] }> => {
  const [named, tree] = await Promise.all(
    ['core.attributesFile', 'attr.tree'].map((setting) => ownSetting(git, gitDir, setting, signal)),
  );
  const file = named ? await readableFile(ownPath(gitDir, named)) : devNull;
  return {
    file: file ?? devNull,
    elsewhere: [
      ...(file === null ? [`core.attributesFile=${named}`] : []),
      ...(tree ? [`attr.tree=${tree}`] : []),
    ],
  };
};

/** A file that is not there demands nothing, of git as of us; null where nobody can tell what it demands. */
const readableFile = async (path: string | null): Promise<string | null> => {
  if (path === null) return null;
  try {
    await access(path, constants.R_OK);
    return (await isFile(path)) ? path : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? devNull : null;
  }
};

/** The `.gitattributes` on the way to each file: those of the tree, in their place those that are given. */
const attributeFiles = async (
  { tree }: AttributeReading,
  base: string | null,
  files: RepoCommitInput['files'],
): Promise<{ readonly sources: ReadonlyMap<string, Buffer>; readonly unread: readonly string[] }> => {
  const folders = new Set(files.flatMap(({ path }) => ['', ...ancestorsOf(path)]));
  const paths = [...folders].map((folder) => (folder === '' ? name : `${folder}/${name}`));
  const entries = await tree.entries(base, paths);
  const standing = paths.flatMap((path) => {
    const entry = entries.get(path);
    return entry?.mode.startsWith('100') ? [{ path, id: entry.id }] : [];
  });
  const contents = await tree.contents(standing.map(({ id }) => id));
  const given = new Map(files.map(({ path, content }) => [path, content]));
  const sources = new Map<string, Buffer>();
  for (const { path, id } of standing) {
    const content = contents.get(id);
    if (content && !given.has(path)) sources.set(path, content);
  }
  for (const [path, content] of given) {
    if (content !== null && (path === name || path.endsWith(`/${name}`)))
      sources.set(path, Buffer.from(content));
  }
  const unread = standing.filter(({ path, id }) => !contents.has(id) && !given.has(path));
  return { sources, unread: unread.map(({ path }) => path) };
};

const name = '.gitattributes';

/** Git itself says what they mean, in a folder that holds nothing else. */
const readAttributes = (
  { git, gitDir, scratchDir, signal }: AttributeReading,
  sources: ReadonlyMap<string, Buffer>,
  ownFile: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Attributes>> =>
  inFolder(scratchDir, async (folder) => {
    for (const [path, content] of sources) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    const { text } = await git(['check-attr', '-z', '--stdin', ...asked], {
      gitDir,
      signal,
      input: paths.map((path) => `${path}\0`).join(''),
      config: { 'core.bare': 'false', 'core.attributesFile': ownFile },
      env: { GIT_WORK_TREE: folder },
    });
    const found = new Map<string, Attributes>();
    const fields = text.split('\0');
    for (let at = 0; at + 2 < fields.length; at += 3) {
      const [path = '', attribute = '', value] = fields.slice(at, at + 3);
      found.set(path, { ...found.get(path), [attribute]: value });
    }
    return found;
  });
