import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';

// Exact, so that npm finds them in its cache the next time and asks no registry.
const nodeVersion = '24.21.0';
const pnpmVersion = '10.34.9';
const oldestNode = 24;

/**
 * Node and pnpm as this repository needs them: those that are here, or those that npm fetches once.
 * `env` has them first on its PATH.
 *
 * @typedef {{ node: string, pnpm: string, env: NodeJS.ProcessEnv }} Toolchain
 * @param {string} root
 * @returns {Promise<Toolchain>}
 */
export async function locateToolchain(root) {
  const isNewEnough = Number(process.versions.node.split('.')[0]) >= oldestNode;
  if (isNewEnough && versionOf('pnpm') === pnpmVersion) return toolchain(process.execPath, 'pnpm');

  const noteFile = join(root, 'node_modules', '.toolchain.json');
  const wanted = `node@${nodeVersion} pnpm@${pnpmVersion}`;
  const note = existsSync(noteFile) ? JSON.parse(readFileSync(noteFile, 'utf8')) : {};
  if (note.wanted === wanted && existsSync(note.node) && existsSync(note.pnpm))
    return toolchain(note.node, note.pnpm);

  const packages = wanted.split(' ').map((name) => `--package=${name}`);
  const print = 'console.log(JSON.stringify([process.execPath, process.env.PATH]))';
  const output = await runQuietly(
    `Node ${nodeVersion} and pnpm ${pnpmVersion}`,
    'npx',
    ['--yes', '--prefer-offline', ...packages, '--', 'node', '-e', print],
    { cwd: root, env: process.env },
  );
  const [node, path] = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  const pnpm = path
    .split(delimiter)
    .map((folder) => join(folder, 'pnpm'))
    .find((file) => existsSync(file));
  if (!pnpm) throw new Error('npm fetched pnpm but it cannot be found.');
  mkdirSync(dirname(noteFile), { recursive: true });
  writeFileSync(noteFile, JSON.stringify({ wanted, node, pnpm }));
  return toolchain(node, pnpm);
}

/** @returns {Toolchain} */
function toolchain(node, pnpm) {
  const folders = [node, pnpm].filter((file) => file.includes('/')).map(dirname);
  return { node, pnpm, env: { ...process.env, PATH: [...folders, process.env.PATH].join(delimiter) } };
}

function versionOf(program) {
  try {
    return execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
