import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
  await mkdir(path);
  expect(read()).toMatch(/cannot be read/);
  await rm(home, { recursive: true });
});
