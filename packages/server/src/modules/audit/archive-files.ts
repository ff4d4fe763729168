import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, open, readdir, rm, stat } from 'node:fs/promises';
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
  /** Encrypts it with the key that encrypts now. */
  encryptAnew(fileName: string): Promise<void>;
}

export const createArchiveFiles = (folder: string, cipher: FileCipher): ArchiveFiles => {
  const pathOf = (fileName: string): string => join(folder, fileName);
  const read = (fileName: string): AsyncIterable<Buffer> =>
    cipher.open(
      createReadStream(pathOf(fileName), { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>,
      encryptedAs(fileName),
    );
  return {
    folder,
    async write(tenantId, number, lines) {
      const draft = pathOf(join(tenantId, `${numbered(number)}.${process.pid}.part`));
      await makeFolderDurably(dirname(draft), 0o700);
      const { chunks, told } = summed(lines);
      await writeWhole(draft, cipher.seal(chunks, encryptedAs(join(tenantId, numbered(number)))));
      const { fileHash, bytes } = told();
      const fileName = join(tenantId, `${numbered(number)}-${fileHash.slice(0, 16)}.jsonl`);
      await renameDurably(draft, pathOf(fileName));
      return { fileName, fileHash, bytes };
    },
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
        const { mtimeMs } = await stat(pathOf(fileName));
        if (mtimeMs < since.getTime()) found.push(fileName);
      }
      return found;
    },
    remove: (fileName) => rm(pathOf(fileName), { force: true }),
    async keyOf(fileName) {
      const file = await open(pathOf(fileName));
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(longestStart), 0, longestStart, 0);
        return keyOfFile(buffer.subarray(0, bytesRead));
      } finally {
        await file.close();
      }
    },
    async encryptAnew(fileName) {
      const draft = pathOf(`${fileName}.${process.pid}.part`);
      await writeWhole(draft, cipher.seal(read(fileName), encryptedAs(fileName)));
      await renameDurably(draft, pathOf(fileName));
    },
  };
};

const noneWhereAbsent = (error: unknown): readonly string[] => {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
};

/** In the order of their names, files are in the order of the record. */
const numbered = (number: number): string => String(number).padStart(6, '0');

/** Of which archive a file is; beyond all where its name does not say. */
export const numberOf = (fileName: string): number => {
  const number = Number.parseInt(basename(fileName), 10);
  return Number.isNaN(number) ? Infinity : number;
};

/** Lines as bytes, and what they were once all of them were taken. */
const summed = (lines: AsyncIterable<string>) => {
  const sum = createHash('sha256');
  let bytes = 0n;
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const line of lines) {
      const text = Buffer.from(line);
      sum.update(text);
      bytes += BigInt(text.length);
      yield text;
    }
  }
  return { chunks: chunks(), told: () => ({ fileHash: sum.digest('hex'), bytes }) };
};

const writeWhole = async (path: string, chunks: AsyncIterable<Buffer>): Promise<void> => {
  const file = await open(path, 'w', 0o600);
  try {
    for await (const chunk of chunks) await file.write(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** More than the words that an encrypted file begins with, and the name of its key. */
const longestStart = 256;

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
