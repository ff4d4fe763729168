import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** Text; fonts are compressed already. */
const extensions: readonly string[] = ['.js', '.css', '.html', '.svg'];
const leastBytes = 1_024;

const toGzip = promisify(gzip);
const toBrotli = promisify(brotliCompress);

/** Puts a `.br` and a `.gz` beside every file that is worth it, so that the server compresses nothing itself. */
export const compressFiles = (): Plugin => {
  let folder = '';
  return {
    name: 'compress-files',
    apply: 'build',
    configResolved({ root, build }) {
      folder = join(root, build.outDir);
    },
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && extensions.includes(extname(entry.name)));
      await Promise.all(
        files.map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          const bytes = await readFile(path);
          if (bytes.length < leastBytes) return;
          const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
          await writeFile(`${path}.gz`, await toGzip(bytes, { level: constants.Z_BEST_COMPRESSION }));
          await writeFile(`${path}.br`, await toBrotli(bytes, { params }));
        }),
      );
    },
  };
};
