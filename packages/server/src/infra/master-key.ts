import { createHash, createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A key that lies in a folder, never in the database, and from which secrets follow that are kept nowhere. */
export interface MasterKey {
  readonly keyId: string;
  /** 32 bytes, the same for the same words. */
  derive(...words: readonly string[]): Buffer;
}

/** The key `NAME.key` (32 bytes in hex, mode 0600) of a folder, made where there is none. */
export const openMasterKey = (folder: string, name: string): MasterKey => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.key`);
  const text = (readFile(file) ?? makeKey(file)).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${file} is no key of 32 bytes in hex.`);
  const key = Buffer.from(text, 'hex');
  return {
    keyId: createHash('sha256').update(key).digest('hex').slice(0, 16),
    derive: (...words) => createHmac('sha256', key).update(JSON.stringify(words)).digest(),
  };
};

const readFile = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Of all processes that start at once in one folder, the key of one is everybody's. */
const makeKey = (file: string): string => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
};
