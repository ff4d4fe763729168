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
  const noteFile = join(root, 'node_modules', '.toolchain.json');
  const wanted = `node@${nodeVersion} pnpm@${pnpmVersion}`;
  // To ask pnpm for its version takes as long as half a start of the server.
  const note = existsSync(noteFile) ? JSON.parse(readFileSync(noteFile, 'utf8')) : {};
  const isNoted = note.wanted === wanted && existsSync(note.pnpm);
  if (isNoted && isNewEnough) return toolchain(process.execPath, note.pnpm);
  if (isNoted && existsSync(note.node)) return toolchain(note.node, note.pnpm);

  const ownPnpm = isNewEnough ? findProgram('pnpm', process.env.PATH) : undefined;
  if (ownPnpm && versionOf(ownPnpm) === pnpmVersion)
    return noted({ wanted, node: process.execPath, pnpm: ownPnpm }, noteFile);

  const packages = wanted.split(' ').map((name) => `--package=${name}`);
  const print = 'console.log(JSON.stringify([process.execPath, process.env.PATH]))';
  const output = await runQuietly(
    `Node ${nodeVersion} and pnpm ${pnpmVersion}`,
    'npx',
    ['--yes', '--prefer-offline', ...packages, '--', 'node', '-e', print],
    { cwd: root, env: process.env },
  );
  const [node, path] = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  const pnpm = findProgram('pnpm', path);
  if (!pnpm) throw new Error('npm fetched pnpm but it cannot be found.');
  return noted({ wanted, node, pnpm }, noteFile);
}

function findProgram(name, path = '') {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** So that the next start need not look for them. */
function noted(found, noteFile) {
  mkdirSync(dirname(noteFile), { recursive: true });
  writeFileSync(noteFile, JSON.stringify(found));
  return toolchain(found.node, found.pnpm);
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
