import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretReading } from './secret-values.ts';

const mostBytes = 64 * 1024;
const mostFiles = 1_000;

/**
 * Reads folders in which each file is a secret of its name. Kubernetes swaps all files of a mounted Secret at once,
 * by the link `..data`: it is followed first, so that all values are of one moment.
 */
export const readSecretFiles = (folders: readonly string[]): SecretReading => {
  const values = new Map<string, string>();
  const troubles: string[] = [];
  for (const folder of folders.toReversed()) {
    try {
      const at = currentOf(folder);
      const names = readdirSync(at).filter((name) => !name.startsWith('.'));
      if (names.length > mostFiles) throw new RangeError(`more than ${mostFiles} files`);
      for (const name of names) {
        const { size, isFile } = fileAt(join(at, name));
        if (!isFile) continue;
        if (size > mostBytes) throw new RangeError(`${name} is larger than ${mostBytes} bytes`);
        values.set(name, readFileSync(join(at, name), 'utf8').replace(/\r?\n$/, ''));
      }
    } catch (error) {
      troubles.push(`The secret folder ${folder} cannot be read (${whyOf(error)}).`);
    }
  }
  return { values, troubles };
};

const currentOf = (folder: string): string => {
  try {
    return realpathSync(join(folder, '..data'));
  } catch {
    return realpathSync(folder);
  }
};

const fileAt = (path: string) => {
  const found = statSync(path);
  return { size: found.size, isFile: found.isFile() };
};

const whyOf = (error: unknown): string => {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
};
