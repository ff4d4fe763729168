import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const isInstalled = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

/** Whether a program is on PATH, by now: as root on Debian it is installed from the package. */
export const hasProgram = (program: string, debianPackage: string): boolean => {
  if (isInstalled(program)) return true;
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) return false;
  // Run level 1 keeps the package from starting a server of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  // Test files that run side by side take turns: two at once would refuse each other.
  const inTurn = [join(tmpdir(), 'countersign-apt.lock'), 'apt-get', '-o', 'DPkg::Lock::Timeout=120'];
  return [['update'], ['install', '--yes', '--no-install-recommends', debianPackage]].every(
    (args) => spawnSync('flock', [...inTurn, ...args], { env, stdio: 'ignore' }).status === 0,
  );
};
