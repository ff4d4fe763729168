import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../testing/postgres.ts';
import { newId } from '../../infra/ids.ts';
import { fillTables } from '../../infra/table-copies.ts';
import { backupFolder, type BackupPlace } from './backup-place.ts';
import type { BackupFile } from './manifest.ts';
import { restoredRows, stoppable, type EnsureRoom } from './restored-rows.ts';

const stack = new AsyncDisposableStack();
const id = newId();
const table = { name: 'some_rows', columns: ['words'] };
let place: BackupPlace;
let file: BackupFile;
let target: TestDatabase;
let opened: Readable[] = [];
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-rows-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, id, 'tables'), { recursive: true });
  // As long as it is zipped, so that much of it is still to be read when it is ended.
  const bytes = gzipSync(Buffer.alloc(160 * 1_024 ** 2, `${'x'.repeat(1_023)}\n`), { level: 0 });
  await writeFile(join(folder, id, 'tables', 'rows.copy.gz'), bytes);
  file = {
    path: 'tables/rows.copy.gz',
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  const inFolder = backupFolder(folder);
  place = {
    ...inFolder,
    read(...from) {
      const read = inFolder.read(...from);
      opened.push(read);
      return read;
    },
  };
  target = stack.use(await createTestDatabase());
  await using owner = target.open({ as: 'OWNER' });
  await owner.query('CREATE TABLE some_rows (words text)');
}, 60_000);
afterAll(() => stack.disposeAsync());
beforeEach(() => {
  opened = [];
});

const fills = (ensureRoom?: EnsureRoom, signal?: AbortSignal): Promise<number> =>
  fillTables(target.connectionString, (tx) =>
    tx.copyIn(table, restoredRows(stoppable(place, signal), id, file, ensureRoom)),
  );
const closes = () => expect.poll(() => opened.map(({ closed }) => closed)).toEqual([true]);
const bytesRead = (): number => {
  const [read] = opened as { bytesRead?: number }[];
  return read?.bytesRead ?? 0;
};
const rowsInIt = async (): Promise<number | undefined> => {
  await using owner = target.open({ as: 'OWNER' });
  const [row] = await owner.query<{ count: number }>('SELECT count(*)::int AS count FROM some_rows');
  return row?.count;
};

test('where there is no room any more within a table, nothing is read any further', async () => {
  await expect(fills(() => Promise.reject(new Error('The disk is full.')))).rejects.toThrow(
    'The disk is full.',
  );
  await closes();
  expect(bytesRead()).toBeLessThan(file.bytes);
  expect(await rowsInIt()).toBe(0);
});

test('stopped within a table, it ends there', async () => {
  const stop = new AbortController();
  const filling = fills(() => {
    stop.abort();
    return Promise.resolve();
  }, stop.signal);
  await expect(filling).rejects.toThrow(/aborted/);
  await closes();
  expect(bytesRead()).toBeLessThan(file.bytes);
  expect(await rowsInIt()).toBe(0);
  await expect(fills(undefined, stop.signal)).rejects.toThrow(/aborted/);
});

test('where the database takes no more, nothing stays open', async () => {
  const filling = fillTables(target.connectionString, (tx) =>
    tx.copyIn({ ...table, columns: ['no_such_column'] }, restoredRows(place, id, file)),
  );
  await expect(filling).rejects.toThrow(/no_such_column/);
  await closes();
});

test('the rows are those of the file, and what is changed is refused', async () => {
  await expect(
    fillTables(target.connectionString, (tx) =>
      tx.copyIn(table, restoredRows(place, id, { ...file, sha256: 'another' })),
    ),
  ).rejects.toThrow('is not what was written');
  expect(await rowsInIt()).toBe(0);
  expect(await fills()).toBe(160 * 1_024);
  expect(await rowsInIt()).toBe(160 * 1_024);
});
