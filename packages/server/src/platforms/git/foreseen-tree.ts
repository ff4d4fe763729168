import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { ancestorsOf } from './repo-commit-schema.ts';
import { blobIdOf, type TreeEntry, type TreeReader } from './tree-entries.ts';

const leftFileSchema = z.object({
  path: z.string(),
  /** A text to be written; an object that the repository has already; nothing where the file goes. */
  left: z.union([z.string(), z.object({ mode: z.string(), id: z.string() }), z.null()]),
});
export type LeftFile = z.output<typeof leftFileSchema>;

/** What a commit leaves of a branch, for those that are planned upon it. */
const leftSchema = z.object({ branch: z.string(), files: z.array(leftFileSchema) });

interface ForeseenText {
  readonly content: string;
  /** Null where it keeps the one that the file has. */
  readonly mode: string | null;
}

/** By path, what will stand there; null where nothing will. */
export type ForeseenFiles = ReadonlyMap<string, ForeseenText | TreeEntry | null>;

export const leftOn = (branch: string, files: readonly LeftFile[]): Json => ({
  branch,
  files: files.map(({ path, left }) => ({ path, left })),
});

/** Null where no earlier step commits to the branch. */
export const filesForeseenOn = (branch: string, foreseen: readonly Json[]): ForeseenFiles | null => {
  const left = foreseen.flatMap((one) => leftSchema.safeParse(one).data ?? []);
  const own = left.filter((one) => one.branch === branch);
  if (own.length === 0) return null;
  const files = new Map<string, ForeseenText | TreeEntry | null>();
  for (const { path, left: now } of own.flatMap((one) => one.files))
    files.set(path, typeof now === 'string' ? { content: now, mode: files.get(path)?.mode ?? null } : now);
  return files;
};

/** The tree as it will be once these files are committed, by commits that nobody has made yet. */
export const foreseenTree = (tree: TreeReader, files: ForeseenFiles, idLength: number): TreeReader => {
  const idOf = (content: string): string => blobIdOf(content, idLength);
  const standing = [...files].flatMap(([path, file]) => (file === null ? [] : [{ path, file }]));
  const contentsById = new Map(
    standing.flatMap(({ file }) =>
      'content' in file ? [[idOf(file.content), Buffer.from(file.content)] as const] : [],
    ),
  );
  const folders = new Set(standing.flatMap(({ path }) => ancestorsOf(path)));
  const entryOf = (file: ForeseenText | TreeEntry, found: TreeEntry | undefined): TreeEntry =>
    'content' in file
      ? { mode: file.mode ?? fileMode(found) ?? '100644', id: idOf(file.content) }
      : { mode: file.mode, id: file.id };
  return {
    entries: async (commit, paths) => {
      const found = new Map<string, TreeEntry>(await tree.entries(commit, paths));
      for (const path of new Set(paths.flatMap((one) => [...ancestorsOf(one), one]))) {
        const file = files.get(path);
        if (file === null) found.delete(path);
        else if (file) found.set(path, entryOf(file, found.get(path)));
        if (folders.has(path) && found.get(path)?.mode !== '040000')
          found.set(path, { mode: '040000', id: '0'.repeat(idLength) });
      }
      return found;
    },
    namesIn: async (commit, wanted) => {
      const names = await tree.namesIn(commit, wanted);
      if (names === null) return null;
      const added = standing.flatMap(({ path }) =>
        [...ancestorsOf(path), path].filter((name) => wanted.includes(folderOf(name))),
      );
      return [...new Set([...names, ...added])].filter((name) => files.get(name) !== null);
    },
    contents: async (ids) => {
      const there = await tree.contents(ids.filter((id) => !contentsById.has(id)));
      return new Map([...there, ...contentsById]);
    },
  };
};

/** A file takes the name of a folder that went, and not its mode. */
const fileMode = (found: TreeEntry | undefined): string | undefined =>
  found?.mode.startsWith('100') ? found.mode : undefined;

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
