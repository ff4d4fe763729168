import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EncryptionKey } from '../../infra/cell-cipher.ts';
import { createFileCipher } from '../../infra/file-cipher.ts';
import { createArchiveFiles } from './archive-files.ts';

const key: EncryptionKey = { name: '2026-01', hex: '11'.repeat(32) };
const tenantId = '0190b4e0-0000-7000-8000-000000000001';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-archive-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const filesWith = (...keys: EncryptionKey[]) =>
  createArchiveFiles(
    folder,
    createFileCipher(() => keys),
  );

const plainFile = async (length: number): Promise<{ readonly fileName: string; readonly said: string }> => {
  const said = randomBytes(length / 2).toString('hex');
  async function* lines(): AsyncGenerator<string> {
    yield await Promise.resolve(said);
  }
  const { fileName } = await filesWith().write(tenantId, 1, lines());
  return { fileName, said };
};

const isAlone = async (fileName: string): Promise<void> => {
  expect((await readdir(join(folder, tenantId))).map((name) => join(tenantId, name))).toEqual([fileName]);
};

describe('a file that is encrypted anew', () => {
  it('stays as it was where the disk has room for a part of it alone', async () => {
    const { fileName, said } = await plainFile(61_400);
    // What the one before takes fits, and its frame with what stands before it does not.
    const script = `
      process.on('SIGXFSZ', () => undefined);
      const { createArchiveFiles } = await import(${JSON.stringify(import.meta.resolve('./archive-files.ts'))});
      const { createFileCipher } = await import(${JSON.stringify(import.meta.resolve('../../infra/file-cipher.ts'))});
      const files = createArchiveFiles(${JSON.stringify(folder)}, createFileCipher(() => [${JSON.stringify(key)}]));
      await files.encryptAnew(${JSON.stringify(fileName)});`;
    const err = await new Promise<string>((resolve) => {
      execFile(
        'prlimit',
        ['--fsize=61440', process.execPath, '--input-type=module', '-e', script],
        (_error, _out, errors) => {
          resolve(errors);
        },
      );
    });
    expect(err).toContain('EFBIG');
    expect(await readFile(join(folder, fileName), 'utf8')).toBe(said);
    await isAlone(fileName);
  });

  it('stays as it was where what was read back is something else', async () => {
    const { fileName, said } = await plainFile(1_000);
    const cipher = createFileCipher(() => [key]);
    const files = createArchiveFiles(folder, {
      ...cipher,
      open: async function* (bytes, place) {
        const opened = await text(cipher.open(bytes, place));
        yield Buffer.from(opened.slice(0, -1));
      },
    });
    await expect(files.encryptAnew(fileName)).rejects.toThrow('does not read back');
    expect(await readFile(join(folder, fileName), 'utf8')).toBe(said);
    await isAlone(fileName);
  });

  it('says the same where several do it at once', async () => {
    const { fileName, said } = await plainFile(200_000);
    const files = filesWith(key);
    await Promise.all([1, 2, 3].map(() => files.encryptAnew(fileName)));
    expect(await files.keyOf(fileName)).toBe(key.name);
    expect(await text(files.read(fileName))).toBe(said);
    await isAlone(fileName);
  });

  it('is still its owner’s, whoever encrypts it', async () => {
    const { fileName } = await plainFile(1_000);
    const path = join(folder, fileName);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(path, 65_534, 65_534);
    const before = await stat(path);
    await filesWith(key).encryptAnew(fileName);
    const { uid, gid, mode } = await stat(path);
    expect({ uid, gid, mode }).toEqual({ uid: before.uid, gid: before.gid, mode: before.mode });
  });
});
