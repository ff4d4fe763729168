import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLedger } from './ledger-file.ts';
import { createLedgerPlatform, type PlatformBehaviour } from './ledger-platform.ts';
import { startLedgerProcess } from './ledger-process.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-ledger-'));
  file = join(folder, 'ledger.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const post = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/effects`, { method: 'POST', headers, body: '{"resource":"r","value":1}' });
const behave = (url: string, behaviour: Partial<PlatformBehaviour>) =>
  fetch(`${url}/behaviour`, { method: 'PUT', body: JSON.stringify(behaviour) });

test('keys are honoured or not, as it is told; every request is on record', async () => {
  await using platform = await createLedgerPlatform({ file });
  const key = { 'idempotency-key': 'k' };
  expect((await post(platform.url, key)).status).toBe(201);
  expect((await post(platform.url, key)).status).toBe(200);
  await behave(platform.url, { honoursKeys: false });
  expect((await post(platform.url, key)).status).toBe(201);
  expect(readLedger(file).map(({ outcome }) => outcome)).toEqual(['APPLIED', 'REPLAYED', 'APPLIED']);
  const found = (await (await fetch(`${platform.url}/effects?key=k`)).json()) as { effects: unknown[] };
  expect(found.effects).toHaveLength(2);
});

test('an outdated version is refused', async () => {
  await using platform = await createLedgerPlatform({ file });
  expect((await post(platform.url, { 'if-match': '0' })).status).toBe(201);
  expect((await post(platform.url, { 'if-match': '0' })).status).toBe(412);
  expect(platform.effects()).toHaveLength(1);
});

test('fails as often as it is told, before or after the effect', async () => {
  await using platform = await createLedgerPlatform({ file });
  await behave(platform.url, {
    failures: [
      { kind: 'STATUS', status: 503, when: 'BEFORE', times: 2 },
      { kind: 'RESET', when: 'AFTER' },
    ],
  });
  expect([(await post(platform.url)).status, (await post(platform.url)).status]).toEqual([503, 503]);
  expect(platform.effects()).toHaveLength(0);
  await expect(post(platform.url)).rejects.toThrow();
  expect(platform.effects()).toHaveLength(1);
  expect((await post(platform.url)).status).toBe(201);
});

test('what it answered is on disk, also when its process is killed', async () => {
  {
    await using first = await startLedgerProcess(file);
    expect((await post(first.url)).status).toBe(201);
    await first.kill();
  }
  expect(readLedger(file)).toHaveLength(1);
  await using second = await startLedgerProcess(file);
  const { entries } = (await (await fetch(`${second.url}/ledger`)).json()) as { entries: unknown[] };
  expect(entries).toHaveLength(1);
  expect((await post(second.url)).status).toBe(201);
  expect(readLedger(file).map(({ number }) => number)).toEqual([1, 2]);
});
