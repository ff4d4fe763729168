import { z } from 'zod';
import { branchInput, passing } from './branch-input.ts';
import { treePathFault } from './tree-path.ts';

const maxFiles = 200;
/** Of all files, so that they and their escapes fit into what an action's params and policy's input may have. */
const maxTotalBytes = 900_000;

const contentFault = (content: string): string | null =>
  content.isWellFormed() ? null : 'Must be well-formed Unicode.';

/** Longer lists are refused before their items are looked at. */
const atMost = <List extends z.ZodType>(length: number, list: List) =>
  z.preprocess((value, context) => {
    if (!Array.isArray(value) || value.length <= length) return value;
    context.addIssue({ code: 'custom', message: `At most ${length}.` });
    return z.NEVER;
  }, list);

const file = z.strictObject({
  path: passing(treePathFault).describe('Relative to the root of the repository, "/" between its parts'),
  content: passing(contentFault).nullable().describe('The whole new text; null deletes the file'),
});

export const repoCommitInput = z
  .strictObject({
    ...branchInput,
    branch: branchInput.branch.describe('Created from the default branch where it does not exist'),
    files: atMost(maxFiles, z.array(file).min(1).max(maxFiles))
      .superRefine((files, context) => {
        for (const fault of clashes(files)) context.addIssue({ code: 'custom', ...fault });
        const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content ?? ''), 0);
        if (bytes > maxTotalBytes) {
          context.addIssue({
            code: 'custom',
            message: `All files together must not exceed ${maxTotalBytes} bytes.`,
          });
        }
      })
      .describe(`Up to ${maxFiles} files of at most ${maxTotalBytes} bytes together`),
  })
  .meta({
    examples: [
      {
        repository: 'demo',
        branch: 'main',
        message: 'docs: say hello',
        files: [{ path: 'HELLO.md', content: 'Hello.\n' }],
      },
    ],
  });
export type RepoCommitInput = z.infer<typeof repoCommitInput>;

/** The same path twice, or one path inside another that is a file. Paths that failed already are left alone. */
const clashes = (
  files: readonly { readonly path: string; readonly content: string | null }[],
): { path: (string | number)[]; message: string }[] => {
  const fit = files.map(({ path }) => (treePathFault(path) === null ? path : null));
  const written = new Set(fit.filter((_, index) => files[index]?.content !== null));
  const seen = new Set<string>();
  return fit.flatMap((path, index) => {
    if (path === null) return [];
    const isRepeated = seen.has(path);
    seen.add(path);
    const isDeleted = files[index]?.content === null;
    const parent = isDeleted ? undefined : ancestorsOf(path).find((ancestor) => written.has(ancestor));
    const message = isRepeated
      ? 'This path is given twice.'
      : parent === undefined
        ? null
        : `"${parent}" is given as a file, so nothing can be inside it.`;
    return message === null ? [] : [{ path: [index, 'path'], message }];
  });
};

/** `a/b/c` → `a`, `a/b` */
export const ancestorsOf = (path: string): readonly string[] => {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
};
