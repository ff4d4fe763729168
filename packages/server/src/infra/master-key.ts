import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyFile, readFileIfThere } from './key-file.ts';

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
  const text = (readFileIfThere(file) ?? makeKeyFile(file, randomBytes(32).toString('hex'))).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${file} is no key of 32 bytes in hex.`);
  const key = Buffer.from(text, 'hex');
  return {
    keyId: createHash('sha256').update(key).digest('hex').slice(0, 16),
    derive: (...words) => createHmac('sha256', key).update(JSON.stringify(words)).digest(),
  };
};
