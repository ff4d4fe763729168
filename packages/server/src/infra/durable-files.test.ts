import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  appendDurably,
  makeFileDurablySync,
  makeFolderDurably,
  renameDurably,
  writeDurably,
  writeDurablySync,
} from './durable-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'durable-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** What is synced while `work` goes on, and what the folder named at that time. */
const syncsDuring = async (work: () => Promise<void>): Promise<string[]> => {
  await using any = await open(folder);
  const handles = Object.getPrototypeOf(any) as typeof any;
  const sync = handles.sync;
  const seen: string[] = [];
  vi.spyOn(handles, 'sync').mockImplementation(async function (this: typeof any) {
    const what = (await this.stat()).isDirectory() ? 'folder' : 'file';
    const names = (await readdir(folder)).map((name) => name.replace(/[0-9a-f-]{36}/, 'ID'));
    seen.push(`${what}: ${names.toSorted().join(' ')}`);
    await sync.call(this);
  });
  await work();
  return seen;
};

describe('a file that is written whole', () => {
  test('is on the disk before it has its name, and then its name is', async () => {
    const file = join(folder, 'kept');
    expect(await syncsDuring(() => writeDurably(file, 'one'))).toEqual([
      'file: kept.ID.part',
      'folder: kept',
    ]);
    expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['one', 0o600]);
    await writeDurably(file, 'two', 0o644);
    writeDurablySync(join(folder, 'other'), 'three', 0o644);
    expect([await readFile(file, 'utf8'), await readFile(join(folder, 'other'), 'utf8')]).toEqual([
      'two',
      'three',
    ]);
    expect((await readdir(folder)).toSorted()).toEqual(['kept', 'other']);
  });

  test('leaves nothing where it cannot be', async () => {
    const taken = join(folder, 'taken');
    await makeFolderDurably(join(taken, 'within'));
    await expect(writeDurably(taken, 'one')).rejects.toThrow();
    expect(() => {
      writeDurablySync(taken, 'one');
    }).toThrow();
    expect(await readdir(folder)).toEqual(['taken']);
  });

  test('is the first that was made, where only one may be', async () => {
    const file = join(folder, 'key');
    makeFileDurablySync(file, 'one');
    makeFileDurablySync(file, 'two');
    expect([await readFile(file, 'utf8'), await readdir(folder)]).toEqual(['one', ['key']]);
  });
});

test('folders that were made are named on the disk, from the first that there was', async () => {
  expect(await syncsDuring(() => makeFolderDurably(join(folder, 'a', 'b')))).toEqual([
    'folder: a',
    'folder: a',
  ]);
  expect(await syncsDuring(() => makeFolderDurably(join(folder, 'a', 'b')))).toEqual([]);
});

test('what goes into another folder is gone from the first on the disk as well', async () => {
  await makeFolderDurably(join(folder, 'a'));
  await writeFile(join(folder, 'one'), '');
  expect(await syncsDuring(() => renameDurably(join(folder, 'one'), join(folder, 'a', 'one')))).toEqual([
    'folder: a',
    'folder: a',
  ]);
});

test('lines come after those before, and none is lost by half of one that a power cut left', async () => {
  const file = join(folder, 'lines');
  await appendDurably(file, 'one\n');
  await appendDurably(file, 'two\nthree\n');
  await writeFile(file, 'fo', { flag: 'a' });
  await appendDurably(file, 'five\n');
  expect((await readFile(file, 'utf8')).split('\n')).toEqual(['one', 'two', 'three', 'fo', 'five', '']);
  expect(await syncsDuring(() => appendDurably(file, 'six\n'))).toEqual(['file: lines']);
});
