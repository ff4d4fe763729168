import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildServer } from '../packages/server/build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const webFolder = join(root, 'packages', 'web');
const stampFile = join(webFolder, 'dist', '.source-hash');
/** What the types of console and SDK know of the API. */
const schemaTypesFile = join(root, 'packages', 'shared', 'graphql-env.d.ts');
const schemaTypes = ['node_modules/gql.tada/bin/cli.js', 'generate-output'];
const bundle = ['node_modules/vite/bin/vite.js', 'build'];

/** What the console's files are made from. */
const webSources = [
  'packages/web/src',
  'packages/web/public',
  'packages/web/index.html',
  'packages/web/vite.config.ts',
  'packages/web/subset-fonts.ts',
  'packages/web/compress-files.ts',
  'packages/web/package.json',
  'packages/shared/src',
  'packages/shared/schema.graphql',
  'pnpm-lock.yaml',
];

/** Builds the console where its sources changed since the last build; returns whether it did. */
async function buildWeb(): Promise<boolean> {
  const hash = await hashOf(webSources);
  const isBuilt = existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === hash;
  if (isBuilt && existsSync(schemaTypesFile)) return false;
  for (const words of [schemaTypes, bundle]) {
    // Whoever starts it, a test too: React's own checks for developers weigh half as much again.
    const env = { ...process.env, NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, words, { cwd: webFolder, env });
  }
  await writeFile(stampFile, hash);
  return true;
}

async function hashOf(paths: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesIn(join(root, path))) hash.update(`${file}\0`).update(await readFile(file));
  }
  return hash.digest('hex');
}

async function filesIn(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  // Not a folder: the file itself.
  if (!entries) return [path];
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('graphql-env.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function timed(title: string, work: () => Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  if (await work()) console.error(`${title} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}

export const prepareConsole = (): Promise<void> => timed('console built', buildWeb);

/** Makes what is made from sources and missing or stale: the console's files and the server's programs. */
export async function prepare(): Promise<void> {
  await prepareConsole();
  await timed('server built', buildServer);
}

if (import.meta.main) {
  try {
    await prepare();
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    console.error(`${stdout}${stderr}` || message);
    process.exitCode = 1;
  }
}
