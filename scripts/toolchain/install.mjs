import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './run-quietly.mjs';

/** Whole frameworks, 250 MB of them, that nobody needs who only wants a server. */
const frameworks = '@countersign/example-agents';

/**
 * Installs what the lockfile says, unless the last installation was for the same lockfile and manifests.
 *
 * @param {string} root
 * @param {import('./locate.mjs').Toolchain} toolchain
 * @param {boolean} isWhole whether the agent frameworks of the examples are wanted too
 */
export async function installDependencies(root, toolchain, isWhole) {
  const stampFile = join(root, 'node_modules', '.installed');
  const whole = hashOfManifests(root);
  const wanted = isWhole ? whole : `${whole} without frameworks`;
  const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (installed === whole || installed === wanted) return;
  const args = ['install', '--frozen-lockfile', '--prefer-offline', '--config.confirm-modules-purge=false'];
  const filter = isWhole ? [] : ['--filter', `!${frameworks}`];
  const options = { cwd: root, env: toolchain.env };
  await runQuietly('dependencies installed', toolchain.pnpm, [...args, ...filter], options);
  writeFileSync(stampFile, wanted);
}

function hashOfManifests(root) {
  const folders = [
    '.',
    'prisma',
    'e2e',
    'bench',
    ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`),
  ];
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    ...folders.map((folder) => join(folder, 'package.json')),
  ];
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of files.map((name) => join(root, name)).filter((path) => existsSync(path))) {
    hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}
