import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Plugin } from 'rolldown';

const workspace = join(import.meta.dirname, '../..');

/** Where `npm start` and the image find the server, and the commands of the terminal. */
export const distFolder = join(import.meta.dirname, 'dist');
const products = [
  'packages/server/src/main.ts',
  'packages/server/src/cli.ts',
  // Programs that stand in for those of platforms: below node_modules, Node takes no TypeScript.
  'packages/server/testing/platforms/terraform.ts',
  'packages/server/testing/platforms/porch.ts',
];

/** What a build was made from: files of ours and what they said, and the versions of everybody else's. */
interface Made {
  readonly files: readonly string[];
  readonly hash: string;
}
const madeFile = (folder: string): string => join(folder, 'made.json');

/** Builds the product's programs where their sources changed since the last time; returns whether it did. */
export const buildServer = (): Promise<boolean> => buildWhereStale(distFolder, products);

/** The same of any programs, each by its path in the repository. */
export const buildWhereStale = async (folder: string, programs: readonly string[]): Promise<boolean> => {
  if (await isFresh(folder)) return false;
  await build(folder, programs);
  return true;
};

export const isFresh = async (folder: string): Promise<boolean> => {
  try {
    const { files, hash } = JSON.parse(await readFile(madeFile(folder), 'utf8')) as Made;
    return (await hashOf(files)) === hash;
  } catch {
    // None there, or one of the files is gone.
    return false;
  }
};

const hashOf = async (files: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  const texts = await Promise.all(files.map((file) => readFile(join(workspace, file))));
  for (const [index, text] of texts.entries()) hash.update(`${files[index]}\0`).update(text);
  return hash.digest('hex');
};

/** In code of ours they are faults: a program would find out when it is started. */
const faults = new Set(['UNRESOLVED_IMPORT', 'IMPORT_IS_UNDEFINED', 'MISSING_EXPORT']);

/** Programs with all that they import, as few files, each named after its source: most of a start is finding files. */
const build = async (folder: string, programs: readonly string[]): Promise<void> => {
  // Not loaded where nothing is to be built.
  const { rolldown } = await import('rolldown');
  await using bundle = await rolldown({
    cwd: workspace,
    input: Object.fromEntries(programs.map((file) => [nameOf(file), join(workspace, file)])),
    platform: 'node',
    plugins: [keepFileUrls(folder, programs)],
    onLog(_, { code, id, message }) {
      if (faults.has(code ?? '') && id !== undefined && isOurs(id)) throw new Error(message);
    },
  });
  const { output } = await bundle.write({
    dir: folder,
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // Names of classes stand in logs and answers.
    keepNames: true,
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  // Below node_modules nothing else says what these are, and Node would parse each twice to find out.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const files = [
    ...modules.filter(isOurs).map((file) => relative(workspace, file)),
    'packages/server/build.ts',
    'pnpm-lock.yaml',
  ].toSorted();
  await writeFile(madeFile(folder), JSON.stringify({ files, hash: await hashOf(files) } satisfies Made));
};

/**
 * A module finds what lies beside its source, from wherever it runs; and what it starts by its URL, as a thread or
 * a process, is built with it.
 */
const keepFileUrls = (folder: string, programs: readonly string[]): Plugin => {
  const started = new Set(programs.map((file) => join(workspace, file)));
  return {
    name: 'keep-places',
    transform: {
      filter: { id: /\.ts$/, code: 'import.meta.' },
      handler(code, id) {
        if (!isOurs(id)) return null;
        const place = relative(folder, dirname(id)).split(sep).join('/');
        const placed = code
          .replaceAll(startedModule, (_, path: string) => {
            const module = join(dirname(id), path);
            const fileName = `${nameOf(module)}.js`;
            started.add(module);
            this.emitFile({ type: 'chunk', id: module, fileName });
            return `new URL('./${fileName}', import.meta['url'])`;
          })
          .replaceAll('import.meta.url', `new URL('${place}/${basename(id)}', import.meta['url']).href`)
          .replaceAll('import.meta.dirname', `(import.meta['dirname'] + '/${place}')`)
          // What a program contains is not the program.
          .replaceAll('import.meta.main', started.has(id) ? "import.meta['main']" : 'false');
        return { code: placed, map: null };
      },
    },
  };
};

const startedModule = /new URL\(\s*'([^']+\.ts)',\s*import\.meta\.url,?\s*\)/g;

const nameOf = (file: string): string => basename(file, '.ts');

const isOurs = (file: string): boolean =>
  file.startsWith(`${workspace}${sep}`) && !file.includes(`${sep}node_modules${sep}`);
