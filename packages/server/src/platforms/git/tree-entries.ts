import { createHash } from 'node:crypto';
import type { Git } from './git.ts';
import { ancestorsOf } from './repo-commit-schema.ts';

export interface TreeEntry {
  /** As git writes it: `100644`, `100755`, `120000` (link), `160000` (submodule), `040000` (folder). */
  readonly mode: string;
  readonly id: string;
}

export interface TreeReader {
  /** What stands at each path, and at the folders above it. */
  readonly entries: (
    commit: string | null,
    paths: readonly string[],
  ) => Promise<ReadonlyMap<string, TreeEntry>>;
  /** All that stands directly in these folders, `''` for the root; null where that is too much to look at. */
  readonly namesIn: (commit: string | null, folders: readonly string[]) => Promise<readonly string[] | null>;
  /** The contents of blobs; those larger than we care to show are left out. */
  readonly contents: (ids: readonly string[]) => Promise<ReadonlyMap<string, Buffer>>;
}

/** Well below the shortest limit on a command line. */
const maxArgumentBytes = 64 * 1_024;
const maxNamesBytes = 1_048_576;
const maxShownBlobBytes = 512 * 1_024;
const maxShownTotalBytes = 4 * 1_048_576;

export const createTreeReader = (git: Git, gitDir: string, signal: AbortSignal): TreeReader => ({
  entries: async (commit, paths) => {
    const found = new Map<string, TreeEntry>();
    if (commit === null) return found;
    const all = [...new Set(paths.flatMap((path) => [...ancestorsOf(path), path]))];
    for (const chunk of chunksBySize(all)) {
      const { text } = await git(['ls-tree', '-t', '-z', '--full-tree', commit, '--', ...chunk], {
        gitDir,
        signal,
      });
      for (const record of text.split('\0')) {
        const match = /^(\d+) \w+ ([0-9a-f]+)\t([^]*)$/.exec(record);
        const [, mode, id, path] = match ?? [];
        if (mode && id && path) found.set(path, { mode, id });
      }
    }
    return found;
  },
  namesIn: async (commit, folders) => {
    if (commit === null) return [];
    const names: string[] = [];
    const below = [...new Set(folders)].filter((folder) => folder !== '').map((folder) => `${folder}/`);
    const chunks = [...(folders.includes('') ? [[]] : []), ...chunksBySize(below)];
    let enoughBytes = maxNamesBytes;
    for (const chunk of chunks) {
      const args = ['ls-tree', '-z', '--full-tree', '--name-only', commit, '--', ...chunk];
      const { text, isCut } = await git(args, { gitDir, signal, enoughBytes });
      enoughBytes -= text.length;
      if (isCut || enoughBytes <= 0) return null;
      names.push(...text.split('\0').filter((name) => name !== ''));
    }
    return names;
  },
  contents: async (ids) => {
    if (ids.length === 0) return new Map();
    const unique = [...new Set(ids)];
    const sizes = await git(['cat-file', '--batch-check=%(objectname) %(objectsize)'], {
      gitDir,
      signal,
      input: `${unique.join('\n')}\n`,
    });
    let total = 0;
    const small = sizes.text.split('\n').flatMap((line) => {
      const [id, size] = line.split(' ');
      if (!id || Number(size) > maxShownBlobBytes || total + Number(size) > maxShownTotalBytes) return [];
      total += Number(size);
      return [id];
    });
    const { stdout } = await git(['cat-file', '--batch'], { gitDir, signal, input: `${small.join('\n')}\n` });
    return new Map(parseBatch(stdout));
  },
});

/** Records of `<id> blob <size>\n<bytes>\n`. */
function* parseBatch(output: Buffer): Generator<[string, Buffer]> {
  for (let at = 0; at < output.length;) {
    const endOfLine = output.indexOf(0x0a, at);
    const [id = '', , size] = output.toString('latin1', at, endOfLine).split(' ');
    const start = endOfLine + 1;
    const end = start + Number(size);
    if (!Number.isInteger(end)) return;
    yield [id, output.subarray(start, end)];
    at = end + 1;
  }
}

function* chunksBySize(paths: readonly string[]): Generator<string[]> {
  let chunk: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    const size = Buffer.byteLength(path) + 1;
    if (bytes + size > maxArgumentBytes && chunk.length > 0) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(path);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** The id that git gives to a file with this content; `idLength` tells which hash the repository uses. */
export const blobIdOf = (content: string, idLength: number): string => {
  const bytes = Buffer.from(content, 'utf8');
  return createHash(idLength === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
};
