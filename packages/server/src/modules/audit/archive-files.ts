import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chown, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { linesOf } from '@countersign/audit/verify-audit';
import { makeFolderDurably, renameDurably } from '../../infra/durable-files.ts';
import { keyOfFile, type FileCipher } from '../../infra/file-cipher.ts';
import { encryptedAs } from '../../record/archive-store.ts';

export interface WrittenFile {
  /** Below the folder. */
  readonly fileName: string;
  /** Of what it says, as `bytes`, encrypted or not. */
  readonly fileHash: string;
  readonly bytes: bigint;
}

/** Where segments of the record lie, a folder for each tenant. */
export interface ArchiveFiles {
  readonly folder: string;
  /** The file is on the disk, whole, when this has answered; its name says what is in it. */
  write(tenantId: string, number: number, lines: AsyncIterable<string>): Promise<WrittenFile>;
  has(fileName: string): Promise<boolean>;
  read(fileName: string): AsyncIterable<Buffer>;
  /** Those of a tenant that nobody has touched since. */
  list(tenantId: string, since: Date): Promise<readonly string[]>;
  remove(fileName: string): Promise<void>;
  /** The name of the key that it is encrypted with; null where it is plain. */
  keyOf(fileName: string): Promise<string | null>;
  /** The name of the key that would encrypt it now. */
  encryptsWith(): string | null;
  /** Encrypts it with the key that encrypts now. The file before stays until another is on the disk that says the same. */
  encryptAnew(fileName: string): Promise<void>;
}

export const createArchiveFiles = (folder: string, cipher: FileCipher): ArchiveFiles => {
  const pathOf = (fileName: string): string => join(folder, fileName);
  const readAt = (path: string, fileName: string): AsyncIterable<Buffer> =>
    cipher.open(
      createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>,
      encryptedAs(fileName),
    );
  const read = (fileName: string): AsyncIterable<Buffer> => readAt(pathOf(fileName), fileName);
  return {
    folder,
    write: (tenantId, number, lines) =>
      drafted(pathOf(join(tenantId, numbered(number))), async (draft) => {
        const { chunks, told } = summed(lines);
        await writeWhole(draft, cipher.seal(chunks, encryptedAs(join(tenantId, numbered(number)))));
        const { fileHash, bytes } = told();
        const fileName = join(tenantId, `${numbered(number)}-${fileHash.slice(0, 16)}.jsonl`);
        await renameDurably(draft, pathOf(fileName));
        return { fileName, fileHash, bytes };
      }),
    has: (fileName) =>
      access(pathOf(fileName)).then(
        () => true,
        () => false,
      ),
    read,
    async list(tenantId, since) {
      const names = await readdir(pathOf(tenantId)).catch(noneWhereAbsent);
      const found: string[] = [];
      for (const name of names) {
        const fileName = join(tenantId, name);
        // Gone meanwhile, it was being written.
        const mtimeMs = await stat(pathOf(fileName)).then(({ mtimeMs: at }) => at, newestWhereAbsent);
        if (mtimeMs < since.getTime()) found.push(fileName);
      }
      return found;
    },
    remove: (fileName) => rm(pathOf(fileName), { force: true }),
    keyOf: async (fileName) => keyOfFile(await startOf(pathOf(fileName))),
    encryptsWith: cipher.encryptsWith,
    encryptAnew: (fileName) =>
      drafted(pathOf(fileName), async (draft) => {
        const { chunks, told } = summed(read(fileName));
        await writeWhole(draft, cipher.seal(chunks, encryptedAs(fileName)));
        if ((await hashOf(readAt(draft, fileName))) !== told().fileHash)
          throw new Error(`${fileName} does not read back as it was written: it stays as it was.`);
        await keepOwner(pathOf(fileName), draft);
        await renameDurably(draft, pathOf(fileName));
      }),
  };
};

const whereAbsent =
  <Value>(value: Value) =>
  (error: unknown): Value => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value;
    throw error;
  };
const noneWhereAbsent = whereAbsent<readonly string[]>([]);
const newestWhereAbsent = whereAbsent(Infinity);

/** In the order of their names, files are in the order of the record. */
const numbered = (number: number): string => String(number).padStart(6, '0');

/** Of which archive a file is; beyond all where its name does not say. */
export const numberOf = (fileName: string): number => {
  const number = Number.parseInt(basename(fileName), 10);
  return Number.isNaN(number) ? Infinity : number;
};

/** As bytes, and what they were once all of them were taken. */
const summed = (parts: AsyncIterable<string | Buffer>) => {
  const sum = createHash('sha256');
  let bytes = 0n;
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const part of parts) {
      const chunk = typeof part === 'string' ? Buffer.from(part) : part;
      sum.update(chunk);
      bytes += BigInt(chunk.length);
      yield chunk;
    }
  }
  return { chunks: chunks(), told: () => ({ fileHash: sum.digest('hex'), bytes }) };
};

const writeWhole = async (path: string, chunks: AsyncIterable<Buffer>): Promise<void> => {
  const file = await open(path, 'w', 0o600);
  try {
    // Each to its end: where a disk fills up, a single write may take a part of it and say nothing.
    await file.writeFile(chunks);
    await file.sync();
  } finally {
    await file.close();
  }
};

const hashOf = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
  const sum = createHash('sha256');
  for await (const chunk of chunks) sum.update(chunk);
  return sum.digest('hex');
};

/** Whoever could read a file can read the one in its place, whichever user of the machine wrote that. */
const keepOwner = async (path: string, draft: string): Promise<void> => {
  const [before, now] = await Promise.all([stat(path), stat(draft)]);
  if (before.uid !== now.uid || before.gid !== now.gid) await chown(draft, before.uid, before.gid);
};

/** More than the words that an encrypted file begins with, and the name of its key. */
const longestStart = 256;

const startOf = async (path: string): Promise<Buffer> => {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(longestStart), 0, longestStart, 0);
  return buffer.subarray(0, bytesRead);
};

/** A draft of this try alone, since processes of two machines may have one number; nothing stays of one that fails. */
const drafted = async <Value>(beside: string, work: (draft: string) => Promise<Value>): Promise<Value> => {
  const draft = `${beside}.${randomUUID()}.part`;
  await makeFolderDurably(dirname(draft), 0o700);
  try {
    return await work(draft);
  } finally {
    await rm(draft, { force: true });
  }
};

/** What a file holds by the line, and its hash once it was read to the end. */
export const readLines = (chunks: AsyncIterable<Buffer>) => {
  const sum = createHash('sha256');
  async function* lines(): AsyncGenerator<Buffer> {
    let rest = Buffer.alloc(0);
    for await (const chunk of chunks) {
      sum.update(chunk);
      const end = chunk.lastIndexOf(10) + 1;
      if (end > 0) yield* linesOf([rest, chunk.subarray(0, end)]);
      rest = end > 0 ? Buffer.from(chunk.subarray(end)) : Buffer.concat([rest, chunk]);
    }
    if (rest.length > 0) yield rest;
  }
  return { lines: lines(), hash: () => sum.digest('hex') };
};
