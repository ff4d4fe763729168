import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeDurably } from '../../infra/durable-files.ts';
import { createClaims } from './intent-claims.ts';
import { cleanUp, copyAcross, moveInto, readBounded } from './intent-folders.ts';

let handoff: string;
beforeEach(async () => {
  handoff = await mkdtemp(join(tmpdir(), 'handoff-'));
});
afterEach(() => rm(handoff, { recursive: true, force: true }));

const untaken: string[] = [];
const node = (lostAfterMs = 60_000) =>
  createClaims({ handoff, debounceMs: 0, lostAfterMs, onFault: (_error, name) => untaken.push(name) });
const drop = (name: string, text = '{}') => writeFile(join(handoff, name), text);

test('a file is taken once two looks found it the same', async () => {
  const claims = node();
  await drop('intent-a.json', '{"a":');
  expect(await claims.take(10)).toEqual([]);
  await appendFile(join(handoff, 'intent-a.json'), '1}');
  expect(await claims.take(10)).toEqual([]);
  const [claim] = await claims.take(10);
  expect(claim).toMatchObject({ name: 'intent-a.json' });
  expect(String(await readBounded(claim?.path ?? '', 100))).toBe('{"a":1}');
});

test('a file that was written in place with the same size is looked at again', async () => {
  const claims = node();
  await drop('intent-a.json', '{"a":1}');
  await claims.take(10);
  await drop('intent-a.json', '{"a":2}');
  await utimes(join(handoff, 'intent-a.json'), 1, 1);
  expect(await claims.take(10)).toEqual([]);
});

test('files of other names and folders stay', async () => {
  const claims = node();
  for (const name of ['intent-.txt', 'intent-a b.json', 'other.json', 'intent-a.json.part']) await drop(name);
  await mkdir(join(handoff, 'intent-folder.json'));
  await claims.take(10);
  expect(await claims.take(10)).toEqual([]);
});

test('a file that cannot be taken holds up no other, and none that is taken is lost', async () => {
  const claims = node();
  const name = (letters: number) => `intent-${'x'.repeat(letters)}.json`;
  // Of a name that a file system has room for, and a claim of it has not.
  for (const one of ['intent-a.json', name(180), name(240), 'intent-z.json']) await drop(one);
  await claims.take(10);
  const taken = await claims.take(10);
  expect(taken.map((claim) => claim.name).toSorted()).toEqual(['intent-a.json', name(180), 'intent-z.json']);
  for (const claim of taken) await writeDurably(join(handoff, `${claim.name}.status`), '');
});

test('what moves to another file system takes along nothing that a link leads to, and waits for no pipe', async () => {
  await drop('secret.txt', 'a key');
  await symlink(join(handoff, 'secret.txt'), join(handoff, 'intent-link.json'));
  await mkdir(join(handoff, 'intent-folder.json'));
  execFileSync('mkfifo', [join(handoff, 'intent-pipe.json')]);
  await drop('intent-a.json', '{"a":1}');
  await mkdir(join(handoff, 'done'));
  for (const name of ['link', 'folder', 'pipe', 'a'])
    await copyAcross(join(handoff, `intent-${name}.json`), join(handoff, 'done', `${name}.json`));
  expect(await readdir(join(handoff, 'done'))).toEqual(['a.json']);
  expect(await readFile(join(handoff, 'done', 'a.json'), 'utf8')).toBe('{"a":1}');
});

test('ten thousand files at once are taken by two nodes, each once, and no more than a node has room for', async () => {
  const all = Array.from({ length: 10_000 }, (_, at) => `intent-${at}.json`);
  for (let at = 0; at < all.length; at += 500)
    await Promise.all(all.slice(at, at + 500).map((name) => drop(name)));
  const nodes = [node(), node()];
  const names: string[] = [];
  for (let rounds = 0; names.length < all.length && rounds < 200; rounds += 1) {
    const taken = await Promise.all(nodes.map((claims) => claims.take(512)));
    for (const claims of taken) {
      expect(claims.length).toBeLessThanOrEqual(512);
      names.push(...claims.map(({ name }) => name));
    }
  }
  expect(names.toSorted()).toEqual(all.toSorted());
});

test('what a node had that left is taken over by its claim, and what a living one has is not', async () => {
  const [first, second] = [node(), node()];
  await drop('intent-a.json');
  await first.take(10);
  const [claim] = await first.take(10);
  for (let look = 0; look < 3; look += 1) expect(await second.take(10)).toEqual([]);
  await first.leave();
  expect(await second.take(10)).toMatchObject([{ id: claim?.id, name: 'intent-a.json' }]);
  expect((await readdir(join(handoff, '.claimed'))).length).toBe(1);
});

test('a claim is on the disk with its id before anybody hears of it', async () => {
  const claims = node();
  await drop('intent-a.json');
  await claims.take(10);
  await using any = await open(handoff);
  const handles = Object.getPrototypeOf(any) as typeof any;
  const sync = handles.sync;
  const synced: number[] = [];
  const spy = vi.spyOn(handles, 'sync').mockImplementation(async function (this: typeof any) {
    synced.push((await this.stat()).ino);
    await sync.call(this);
  });
  const [claim] = await claims.take(10);
  spy.mockRestore();
  const folders = await Promise.all([dirname(claim?.path ?? ''), handoff].map((path) => stat(path)));
  expect(new Set(synced)).toEqual(new Set(folders.map(({ ino }) => ino)));
});

test('a node whose sign of life stands still is gone, and takes nothing for its own that it lost', async () => {
  const [frozen, living] = [node(), node(0)];
  await drop('intent-a.json');
  await frozen.take(10);
  const [claim] = await frozen.take(10);
  await living.take(10);
  expect(await living.take(10)).toMatchObject([{ id: claim?.id }]);
  expect(await moveInto(claim?.path ?? '', handoff, 'intent-a.json')).toBe(false);
  // It finds itself a new folder.
  expect(await frozen.take(10)).toEqual([]);
});

test('a status is whole or not there, and a namesake from before is kept', async () => {
  await writeDurably(join(handoff, 'status'), 'one');
  await writeDurably(join(handoff, 'status'), 'two');
  expect(String(await readBounded(join(handoff, 'status'), 100))).toBe('two');
  expect(await readdir(handoff)).toEqual(['status']);
  await mkdir(join(handoff, 'done'));
  for (const text of ['1', '2']) {
    await drop('intent-a.json', text);
    await moveInto(join(handoff, 'intent-a.json'), join(handoff, 'done'), 'intent-a.json');
  }
  expect(await readdir(join(handoff, 'done'))).toHaveLength(2);
});

test('what is older than it is kept is ended, and nothing else', async () => {
  await drop('intent-a.json');
  await drop('intent-a.json.status');
  await drop('somebody.txt');
  expect(await cleanUp([handoff], () => false, 10)).toBe(0);
  expect(await cleanUp([handoff], () => true, 10)).toBe(2);
  expect(await readdir(handoff)).toEqual(['somebody.txt']);
});
