import { readFileSync } from 'node:fs';
import { makeFileDurablySync } from './durable-files.ts';

/** What stands in a file; null where there is none. */
export const readFileIfThere = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/**
 * Makes the file of a key, for its owner alone, and gives what stands in it then: of all processes that start at once
 * in one folder, the key of one is everybody's.
 */
export const makeKeyFile = (file: string, key: string | Buffer): string => {
  makeFileDurablySync(file, key);
  return readFileSync(file, 'utf8');
};
