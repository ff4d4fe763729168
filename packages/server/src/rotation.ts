import { setTimeout as sleep } from 'node:timers/promises';
import {
  createCellCipher,
  encryptingKey,
  knownKey,
  type CellCipher,
  type EncryptionKey,
} from './infra/cell-cipher.ts';
import type { Database, StatementRunner } from './infra/database.ts';
import { findArchiveFiles } from './record/archive-store.ts';
import {
  encryptedTables,
  ensureKeysAreThemselves,
  findOtherWriters,
  forgetKeysBut,
  isAnyReportOlder,
  now,
  putOnRecord,
  rewriteRows,
} from './record/encryption-store.ts';

export interface Rotation {
  /** What everything is under now. */
  readonly key: string;
  /** Rows that were under another key, or under none. */
  readonly rewritten: number;
  /** Files of the archive that were. */
  readonly files: number;
  /** Files of the archive that are in another home, or put away: no key is free while there are any. */
  readonly filesElsewhere: number;
  /** Keys that nothing is under any more, or ever was. */
  readonly free: readonly string[];
}

/** What rotation needs of files that are encrypted. */
export interface KeptFiles {
  has(fileName: string): Promise<boolean>;
  /** The name of the key that it is encrypted with; null where it is plain. */
  keyOf(fileName: string): Promise<string | null>;
  encryptAnew(fileName: string): Promise<void>;
  remove(fileName: string): Promise<void>;
}

/**
 * Encrypts with the first key what is under another, or under none, while the server works, until a whole look finds
 * nothing of it. As the owner of the tables. Throws one sentence where a process still writes with another key.
 */
export const rotateKeys = async (
  owner: Database,
  keys: readonly EncryptionKey[],
  archive: KeptFiles,
): Promise<Rotation> => {
  const front = encryptingKey(keys);
  if (!front) throw new Error('There is no key to encrypt with: name one in security.encryption.keys.');
  const key = front.name;
  await ensureKeysAreThemselves(owner, keys);
  await ensureAllWriteWith(owner, key);
  await putOnRecord(owner, knownKey(front));
  const cells = createCellCipher(keys);
  let rewritten = await rewriteUntilNothing(owner, cells);
  // What a process wrote with another key before it said so last is found by the look after that.
  await waitForReports(owner);
  await ensureAllWriteWith(owner, key);
  rewritten += await rewriteUntilNothing(owner, cells);
  const { files, elsewhere } = await encryptFiles(owner, archive, key);
  const free = elsewhere === 0 ? await forgetKeysBut(owner, key, (tx) => ensureAllWriteWith(tx, key)) : [];
  return { key, rewritten, files, filesElsewhere: elsewhere, free };
};

/** Of the files that stand for entries, those that are here, and how many are not. */
export const findFiles = async (runner: StatementRunner, archive: Pick<KeptFiles, 'has'>) => {
  const here: string[] = [];
  let elsewhere = 0;
  for (const fileName of await findArchiveFiles(runner))
    if (await archive.has(fileName)) here.push(fileName);
    else elsewhere += 1;
  return { here, elsewhere };
};

/** Until a whole look finds none under another key. */
const encryptFiles = async (owner: Database, archive: KeptFiles, key: string) => {
  let files = 0;
  for (;;) {
    const before = files;
    const { here, elsewhere } = await findFiles(owner, archive);
    for (const fileName of here) if (await encryptFile(archive, fileName, key)) files += 1;
    // An erasure puts another file in the place of one, which must not come back.
    const named = new Set(await findArchiveFiles(owner));
    for (const fileName of here) if (!named.has(fileName)) await archive.remove(fileName);
    if (files === before) return { files, elsewhere };
  }
};

/** Whether it was under another key. */
const encryptFile = async (archive: KeptFiles, fileName: string, key: string): Promise<boolean> => {
  try {
    if ((await archive.keyOf(fileName)) === key) return false;
    await archive.encryptAnew(fileName);
    return true;
  } catch (error) {
    // Another stands for its entries since.
    if (!(await archive.has(fileName))) return false;
    throw error;
  }
};

const askEveryMs = 250;

/** Until every process has said anew what it writes with, or is taken for dead. */
const waitForReports = async (owner: Database): Promise<void> => {
  const since = await now(owner);
  while (await isAnyReportOlder(owner, since)) await sleep(askEveryMs);
};

const rewriteUntilNothing = async (owner: Database, cells: CellCipher): Promise<number> => {
  let rewritten = 0;
  for (;;) {
    const found = await rewriteAll(owner, cells);
    rewritten += found;
    if (found === 0) return rewritten;
  }
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

const ensureAllWriteWith = async (runner: StatementRunner, key: string): Promise<void> => {
  const [other] = await findOtherWriters(runner, key);
  if (!other) return;
  const words = other.key === null ? 'encrypts nothing' : `encrypts with "${other.key}"`;
  throw new Error(
    `The process ${other.name} ${words}, not with "${key}": have it read its configuration again (kill -HUP, or countersign config reload), and run this once more.`,
  );
};
