import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EncryptionKey } from '../../infra/cell-cipher.ts';
import { createFileCipher } from '../../infra/file-cipher.ts';
import { archivePathOf, missingArchives, type Manifest } from './manifest.ts';
import { createRestoredFiles } from './restored-files.ts';

const tenant = '01a21d7a-1c9f-7172-8c45-a02d8c3eb6ec';
const archive = `${tenant}/000001-0123456789abcdef.jsonl`;
const texts = { [archivePathOf(archive)]: 'entries', 'home/audit.pub': 'key', 'settings.json': '[]' };
const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const manifest = {
  files: Object.entries(texts).map(([path, text]) => ({ path, bytes: text.length, sha256: sumOf(text) })),
  archives: [{ fileName: archive, sha256: sumOf('entries') }],
} as Partial<Manifest> as Manifest;

let keys: EncryptionKey[] = [];
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'countersign-restored-'));
});
afterEach(() => rm(home, { recursive: true }));

const stage = () =>
  createRestoredFiles({
    home,
    archiveFolder: join(home, 'archive'),
    headsFile: join(home, 'audit-heads.jsonl'),
    cipher: createFileCipher(() => keys),
  }).stage(manifest, ({ path }) => Readable.from([Buffer.from(texts[path] ?? '')]));
const filesIn = async (): Promise<readonly string[]> =>
  (await readdir(home, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

test('files of a backup are put in their places, keys and the archive of the record, and settings nowhere', async () => {
  {
    await using staged = await stage();
    await staged.place();
    staged.keep();
  }
  expect(await readFile(join(home, 'archive', archive), 'utf8')).toBe('entries');
  expect(await readFile(join(home, 'audit.pub'), 'utf8')).toBe('key');
  expect((await filesIn()).length).toBe(2);
});

test('the archive of the record is encrypted where it is put, and known again by what it says', async () => {
  keys = [{ name: '2026-01', hex: '11'.repeat(32) }];
  await using _ = { [Symbol.asyncDispose]: () => Promise.resolve(void (keys = [])) };
  {
    await using staged = await stage();
    await staged.place();
    staged.keep();
  }
  const put = await readFile(join(home, 'archive', archive), 'latin1');
  expect(put).toMatch(/^countersign encrypted\/1 2026-01 /);
  expect(put).not.toContain('entries');
  expect(await readFile(join(home, 'audit.pub'), 'utf8')).toBe('key');
  {
    await using again = await stage();
    await again.place();
  }
  keys = [];
  await expect(stage()).rejects.toThrow('which security.encryption.keys does not name');
});

test('what came to nothing leaves none of them, and can be done again', async () => {
  for (const isPlaced of [false, true]) {
    await using staged = await stage();
    if (isPlaced) await staged.place();
  }
  expect(await filesIn()).toEqual([]);
});

test("another file in the place of one is refused, and an operator's key stays", async () => {
  await writeFile(join(home, 'audit.pub'), 'a longer list of keys');
  {
    await using staged = await stage();
    await staged.place();
    staged.keep();
  }
  expect(await readFile(join(home, 'audit.pub'), 'utf8')).toBe('a longer list of keys');
  await writeFile(join(home, 'archive', archive), 'others');
  await expect(stage()).rejects.toThrow('is another file than that of the backup');
});

test('a backup says which files of the archive it lacks, or has otherwise', () => {
  expect(missingArchives(manifest)).toEqual([]);
  expect(missingArchives({ ...manifest, files: [] })).toEqual([archive]);
  const altered = manifest.files.map((file) => ({ ...file, sha256: sumOf('another') }));
  expect(missingArchives({ ...manifest, files: altered })).toEqual([archive]);
});
