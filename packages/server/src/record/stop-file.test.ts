import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createStopFile, saysStop } from './stop-file.ts';

const texts: [string, boolean][] = [
  ['', false],
  ['kill_switch: 1', true],
  ['KILL_SWITCH=1\n', true],
  ['  kill_switch : "true"  # incident 7', true],
  ['kill_switch: 0', false],
  ['kill_switch: false', false],
  ['kill_switch:', false],
  ['kill_switch: perhaps', true],
  ['kill_switch: 0\nkill_switch: 1', true],
  ['# kill_switch: 1', false],
  ['my_kill_switch: 1', false],
  ['OTHER=1\r\nkill_switch: 1\r\n', true],
  ['OTHER=1\rkill_switch: 1\r', true],
  ['export kill_switch="1"', true],
  ['export KILL_SWITCH=0', false],
  ['set kill_switch = off # for now', false],
  ['kill-switch: 1', true],
  ['killswitch=on', true],
  ['Kill Switch: yes', true],
  ['kill_switch', false],
  ['{"other": 1, "kill_switch": 1}', true],
  ['{"kill_switch": 0}', false],
  ['\ufeffkill_switch: 1', true],
  ['\u00a0kill_switch\u00a0:\u00a01', true],
  ['kill_switches: 1', false],
  ['kill_switch_reason: fire', false],
  ['k\0i\0l\0l\0', true],
];

test.each(texts)('%j stops: %s', (text, isStop) => {
  expect(saysStop(text)).toBe(isStop);
});

test('the file is looked at each time, and one that cannot be read counts as a stop', async () => {
  const home = await mkdtemp(join(tmpdir(), 'countersign-stop-'));
  const path = join(home, '.orchestra.env');
  const read = createStopFile(home);
  expect(read()).toBeNull();
  await writeFile(path, 'kill_switch: 1');
  expect(read()).toMatch(/says kill_switch: 1/);
  await writeFile(path, 'kill_switch: 0');
  expect(read()).toBeNull();
  await writeFile(path, 'kill_switch: 1');
  expect(read()).not.toBeNull();
  await rm(path);
  expect(read()).toBeNull();
  // As some shells of Windows write it.
  for (const bytes of ['kill_switch: 1', '\ufeffkill_switch: 1'].map((text) =>
    Buffer.from(text, 'utf16le'),
  )) {
    await writeFile(path, bytes);
    expect(read()).not.toBeNull();
  }
  await writeFile(path, 'OTHER=1');
  expect(read()).toBeNull();
  await rm(path);
  await mkdir(path);
  expect(read()).toMatch(/cannot be read/);
  await rm(home, { recursive: true });
});

/** What a thread of its own reads, which is ended where it waits: nothing else could end it. */
const readApart = (home: string): Promise<unknown> => {
  const module = JSON.stringify(new URL('./stop-file.ts', import.meta.url).href);
  const source = `import(${module}).then(({ createStopFile }) =>
    require('node:worker_threads').parentPort.postMessage(createStopFile(${JSON.stringify(home)})()))`;
  const thread = new Worker(source, { eval: true });
  onTestFinished(async () => {
    await thread.terminate();
  });
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
};

const oddities: [string, (path: string) => unknown][] = [
  ['a pipe that nobody writes to', (path) => execFileSync('mkfifo', [path])],
  ['a device without an end', (path) => symlink('/dev/zero', path)],
  ['a link to itself', (path) => symlink(path, path)],
  ['a link that leads nowhere', (path) => symlink(`${path}.gone`, path)],
  ['a folder', (path) => mkdir(path)],
  [
    'a file of many gigabytes',
    async (path) => {
      await writeFile(path, 'kill_switch: 0\n# ');
      await truncate(path, 2 ** 40);
    },
  ],
];

test.each(oddities)('%s counts as a stop and keeps nobody waiting', async (_, make) => {
  const home = await mkdtemp(join(tmpdir(), 'countersign-stop-'));
  onTestFinished(() => rm(home, { recursive: true }));
  await make(join(home, '.orchestra.env'));
  expect(await readApart(home)).toMatch(/cannot be read/);
});
