import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testConfig } from '../../testing/test-config.ts';
import { newId } from '../infra/ids.ts';
import { createLogger } from '../infra/logger.ts';
import { switchedWords, switchTo } from './restore-switch.ts';

const logger = createLogger({ level: 'silent' });
let home: string;
let restoreId: string;
const at = (...names: string[]): string => join(home, ...names);
const text = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);

/** Cut off where the database is in its place, and nothing else is. */
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'countersign-switch-'));
  restoreId = newId();
  const folder = at('quarantine', `${restoreId}.${newId()}`);
  await mkdir(join(folder, 'audit-archive'), { recursive: true });
  for (const name of ['postgres', `postgres.before-${restoreId}`]) await mkdir(at(name));
  await writeFile(join(folder, 'audit-heads.jsonl'), 'of the backup');
  const ids = { restoreId, backupId: newId(), askedById: newId(), approvedById: null };
  const note = { ...ids, takenAt: 'then', sha256: '', rows: 1, completeAt: 'now' };
  await writeFile(join(folder, 'restored.json'), JSON.stringify(note));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const switches = () => {
  const config = testConfig('', home);
  return switchTo({ ...config, database: { ...config.database, url: null } }, logger, restoreId);
};
const cutOffAtArchive = async (): Promise<void> => {
  await writeFile(at('audit-archive'), 'no folder');
  await expect(switches()).rejects.toThrow(/EEXIST|ENOTDIR/);
  await rm(at('audit-archive'));
};

test('cut off and done again, it keeps the signed heads of before, and says the way back to them', async () => {
  const [heads, before] = [at('audit-heads.jsonl'), at(`audit-heads.jsonl.before-${restoreId}`)];
  await writeFile(heads, 'of before');
  await cutOffAtArchive();
  const switched = await switches();
  expect([await text(heads), await text(before)]).toEqual(['of the backup', 'of before']);
  expect(existsSync(at('audit-heads.jsonl.part'))).toBe(false);
  for (const { from, to } of switched.back) await rename(from, to);
  expect(await text(heads)).toBe('of before');
  expect(switchedWords(switched)).toContain(`mv -n '${before}' '${heads}'`);
});

test('cut off and done again, it takes the heads of the backup for none of before', async () => {
  const heads = at('audit-heads.jsonl');
  await cutOffAtArchive();
  const { back } = await switches();
  expect([await text(heads), existsSync(`${heads}.before-${restoreId}`)]).toEqual(['of the backup', false]);
  expect(back.map(({ from }) => from)).toEqual([
    at('postgres'),
    at(`postgres.before-${restoreId}`),
    // They go aside, and nothing comes in their place.
    heads,
  ]);
});

test('where the backup has no heads, those that come to be make room on the way back', async () => {
  const heads = at('audit-heads.jsonl');
  await writeFile(heads, 'of before');
  const [folder = ''] = await readdir(at('quarantine'));
  await rm(at('quarantine', folder, 'audit-heads.jsonl'));
  const { back } = await switches();
  expect(existsSync(heads)).toBe(false);
  expect(back.slice(2)).toEqual([
    { from: heads, to: `${heads}.after-${restoreId}` },
    { from: `${heads}.before-${restoreId}`, to: heads },
  ]);
});
