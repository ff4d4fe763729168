import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startConfiguredServer, type ConfiguredServer } from '../../testing/configured-server.ts';
import { exampleIntents } from '../../testing/example-intents.ts';
import { until } from '../../testing/until.ts';

let server: ConfiguredServer;
let home: string;
let pid = 0;
beforeAll(async () => {
  server = await startConfiguredServer({
    settings: () => ({ sandbox: true, intents: { enabled: true, debounceMs: 20, retryDelayMs: 50 } }),
    secrets: {},
    whileStarting: (child) => (pid = child.pid ?? 0),
  });
  home = join(dirname(server.file), 'home');
});
afterAll(() => server[Symbol.asyncDispose]());

/** How long a file may be that the server writes: to that process alone, it is a disk without room. */
const leaveRoom = (bytes: '0' | 'unlimited'): void => {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
};

const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(join(home, folder), { recursive: true })).filter((name) => name.includes('intent-'));

const countTasks = async (): Promise<number> => {
  const { tasks } = (await server.asks(
    server.keys.adminKey,
    '{ tasks(filter: { tag: "intent-file" }, first: 100) { edges { node { id } } } }',
  )) as { tasks: { edges: readonly unknown[] } };
  return tasks.edges.length;
};

const statusOf = async (name: string): Promise<{ status: string; message: string } | undefined> => {
  const text = await readFile(join(home, 'status', `${name}.status`), 'utf8').catch(() => null);
  return text === null ? undefined : (JSON.parse(text) as { status: string; message: string });
};

test('a disk that is full loses no intent and makes none twice, and what it lacked is told once there is room', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `intent-${at}.json`);
  await mkdir(join(home, 'handoff'), { recursive: true });
  leaveRoom('0');
  for (const [at, name] of names.entries()) {
    const intent = { ...exampleIntents['intent-scale-up-001.json'], correlation_id: `full-${at}` };
    await writeFile(join(home, 'handoff', name), JSON.stringify(intent));
  }
  await until(
    async () =>
      ((await countTasks()) === names.length && server.log().includes('"code":"E011"')) || undefined,
    () => server.log().slice(-2_000),
  );
  expect((await namesIn('status')).filter((name) => name.endsWith('.status'))).toEqual([]);
  expect(await namesIn('handoff')).toHaveLength(names.length);
  expect([...(await namesIn('processed')), ...(await namesIn('failed'))]).toEqual([]);

  leaveRoom('unlimited');
  for (const name of names) {
    const told = await until(
      () => statusOf(name),
      () => `${name} has no status`,
    );
    expect(told).toMatchObject({ status: 'skipped', message: expect.stringContaining('a person decides') });
  }
  expect(await countTasks()).toBe(names.length);
  expect((await namesIn('status')).toSorted()).toEqual(names.map((name) => `${name}.status`).toSorted());
});
