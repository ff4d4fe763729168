import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { ancestorsOf } from './repo-commit-schema.ts';
import { blobIdOf, type TreeEntry, type TreeReader } from './tree-entries.ts';

/** What a commit leaves of a branch, for those that are planned upon it. */
const leftSchema = z.object({
  branch: z.string(),
  files: z.array(z.object({ path: z.string(), content: z.string().nullable() })),
});

/** By path, what files will hold; null where they go. */
export type ForeseenFiles = ReadonlyMap<string, string | null>;

export const leftOn = (branch: string, files: z.input<typeof leftSchema>['files']): Json => ({
  branch,
  files: files.map(({ path, content }) => ({ path, content })),
});

/** Null where no earlier step commits to the branch. */
export const filesForeseenOn = (branch: string, foreseen: readonly Json[]): ForeseenFiles | null => {
  const left = foreseen.flatMap((one) => leftSchema.safeParse(one).data ?? []);
  const own = left.filter((one) => one.branch === branch);
  if (own.length === 0) return null;
  return new Map(own.flatMap(({ files }) => files.map(({ path, content }) => [path, content] as const)));
};

/** The tree as it will be once these files are committed, by commits that nobody has made yet. */
export const foreseenTree = (tree: TreeReader, files: ForeseenFiles, idLength: number): TreeReader => {
  const idOf = (content: string): string => blobIdOf(content, idLength);
  const written = [...files].flatMap(([path, content]) => (content === null ? [] : [{ path, content }]));
  const contentsById = new Map(written.map(({ content }) => [idOf(content), Buffer.from(content)]));
  const folders = new Set(written.flatMap(({ path }) => ancestorsOf(path)));
  return {
    entries: async (commit, paths) => {
      const found = new Map<string, TreeEntry>(await tree.entries(commit, paths));
      for (const path of new Set(paths.flatMap((one) => [...ancestorsOf(one), one]))) {
        const content = files.get(path);
        if (content === null) found.delete(path);
        else if (content !== undefined)
          found.set(path, { mode: found.get(path)?.mode ?? '100644', id: idOf(content) });
        if (folders.has(path) && found.get(path)?.mode !== '040000')
          found.set(path, { mode: '040000', id: '0'.repeat(idLength) });
      }
      return found;
    },
    namesIn: async (commit, wanted) => {
      const names = await tree.namesIn(commit, wanted);
      if (names === null) return null;
      const added = written.flatMap(({ path }) =>
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

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
