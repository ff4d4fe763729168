import { spawnSync } from 'node:child_process';

const isInstalled = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** Whether a program is on PATH, by now: as root on Debian it is installed from the package. */
export const hasProgram = (program: string, debianPackage: string): boolean => {
  if (isInstalled(program)) return true;
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) return false;
  // Run level 1 keeps the package from starting a server of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return [['update'], ['install', '--yes', '--no-install-recommends', debianPackage]].every(
    (args) => spawnSync('apt-get', args, { env, stdio: 'ignore' }).status === 0,
  );
};
