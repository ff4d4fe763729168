import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newId } from '../../infra/ids.ts';
import { backupFolder } from './backup-place.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-place-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what a try left that was cut off is removed by the next one, whose ever it is; who writes still is left alone', async () => {
  const [left, working] = [newId(), newId()].map((id) => `${id}.${newId()}.part`) as [string, string];
  const long = new Date(Date.now() - 2 * 60 * 60_000);
  for (const name of [left, working, 'of-somebody.else.part']) {
    await mkdir(join(folder, name, 'tables'), { recursive: true });
    await writeFile(join(folder, name, 'tables', 'task.copy.gz'), '');
    for (const path of ['tables/task.copy.gz', 'tables', ''])
      if (name !== working || path !== 'tables/task.copy.gz')
        await utimes(join(folder, name, path), long, long);
  }
  {
    await using _draft = await backupFolder(folder).begin(newId());
  }
  expect((await readdir(folder)).toSorted()).toEqual([working, 'of-somebody.else.part'].toSorted());
});

test('of two tries at once the first that ends is the backup, and nothing stays of the other', async () => {
  const id = newId();
  const place = backupFolder(folder);
  {
    await using lost = await place.begin(id);
    await using next = await place.begin(id);
    await lost.write('manifest.sig', Readable.from(['lost']));
    await next.write('manifest.sig', Readable.from(['next']));
    await next.finish();
    await lost.finish();
  }
  expect(await text(place.read(id, 'manifest.sig'))).toBe('next');
  expect(await readdir(folder)).toEqual([id]);
});

test('stopped, it ends within a file, and nothing of it stays', async () => {
  const stop = new AbortController();
  const cutOff = async (): Promise<void> => {
    await using draft = await backupFolder(folder).begin(newId(), stop.signal);
    const chunks = async function* () {
      yield Buffer.alloc(1024);
      setImmediate(() => stop.abort());
      await new Promise((resolve) => setTimeout(resolve, 50));
      yield Buffer.alloc(1024);
    };
    await draft.write('tables/task.copy.gz', Readable.from(chunks()));
    await draft.finish();
  };
  await expect(cutOff()).rejects.toThrow(/aborted/);
  expect(await readdir(folder)).toEqual([]);
});
