import { createCellCipher, encryptingKey, type CellCipher, type EncryptionKey } from './infra/cell-cipher.ts';
import type { Database } from './infra/database.ts';
import {
  encryptedTables,
  ensureKeysAreThemselves,
  findOtherWriters,
  forgetKeysBut,
  putOnRecord,
  rewriteRows,
} from './record/encryption-store.ts';

export interface Rotation {
  /** What everything is under now. */
  readonly key: string;
  /** Rows that were under another key, or under none. */
  readonly rewritten: number;
  /** Keys that nothing is under any more, or ever was. */
  readonly free: readonly string[];
}

/**
 * Encrypts with the first key what is under another, or under none, while the server works, until a whole look finds
 * nothing of it. As the owner of the tables. Throws one sentence where a process still writes with another key.
 */
export const rotateKeys = async (owner: Database, keys: readonly EncryptionKey[]): Promise<Rotation> => {
  const front = encryptingKey(keys);
  if (!front) throw new Error('There is no key to encrypt with: name one in security.encryption.keys.');
  const key = front.name;
  await ensureKeysAreThemselves(owner, keys);
  await ensureAllWriteWith(owner, key);
  await putOnRecord(owner, front);
  const cells = createCellCipher(keys);
  let rewritten = 0;
  for (;;) {
    const found = await rewriteAll(owner, cells);
    rewritten += found;
    if (found === 0) break;
  }
  await ensureAllWriteWith(owner, key);
  return { key, rewritten, free: await forgetKeysBut(owner, key) };
};

const rewriteAll = async (owner: Database, cells: CellCipher): Promise<number> => {
  let rewritten = 0;
  for (const table of encryptedTables) {
    let after: string | null = null;
    do {
      const looked = await rewriteRows(owner, table, cells, after);
      rewritten += looked.rewritten;
      after = looked.lastId;
    } while (after !== null);
  }
  return rewritten;
};

const ensureAllWriteWith = async (owner: Database, key: string): Promise<void> => {
  const [other] = await findOtherWriters(owner, key);
  if (!other) return;
  const words = other.key === null ? 'encrypts nothing' : `encrypts with "${other.key}"`;
  throw new Error(
    `The process ${other.name} ${words}, not with "${key}": have it read its configuration again (kill -HUP, or countersign config reload), and run this once more.`,
  );
};
