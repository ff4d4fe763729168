import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const memory = '/dev/shm';
const neededBytes = 4 * 1024 ** 3;

/**
 * Where tests keep what they throw away: in memory where there is plenty, since a file made there costs a
 * twentieth of one on a disk.
 */
export const scratchFolder = (): string => (hasRoom(memory) ? memory : tmpdir());

const hasRoom = (folder: string): boolean => {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > neededBytes;
};
