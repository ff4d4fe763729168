import { ancestorsOf } from './repo-commit-schema.ts';
import type { TreeEntry } from './tree-entries.ts';

const isRegular = (entry: TreeEntry): boolean => entry.mode === '100644' || entry.mode === '100755';

/**
 * Why this file cannot be written or deleted in this tree, or null. Links are never followed or replaced. Where a
 * file is `deleted` by the same commit, others may be inside its name.
 */
export const entryFault = (
  file: { readonly path: string; readonly content: string | null },
  entries: ReadonlyMap<string, TreeEntry>,
  deleted: ReadonlySet<string>,
): string | null => {
  for (const ancestor of ancestorsOf(file.path)) {
    const entry = entries.get(ancestor);
    if (entry?.mode === '120000') return `"${ancestor}" is a symbolic link.`;
    if (entry?.mode === '160000') return `"${ancestor}" is a submodule.`;
    if (entry && entry.mode !== '040000' && !deleted.has(ancestor))
      return `"${ancestor}" is a file, so nothing can be inside it.`;
  }
  const entry = entries.get(file.path);
  if (!entry) return file.content === null ? 'There is no such file to delete.' : null;
  if (entry.mode === '040000')
    return 'This is a folder: delete what is in it, and make the file in another commit.';
  return isRegular(entry) ? null : 'This is a symbolic link or a submodule.';
};

/** The paths that these files delete. */
export const deletedBy = (
  files: readonly { readonly path: string; readonly content: string | null }[],
): ReadonlySet<string> => new Set(files.filter(({ content }) => content === null).map(({ path }) => path));
