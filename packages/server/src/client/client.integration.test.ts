import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { value } from '../../testing/access-node.ts';
import { runCommand, type CommandEnd } from '../../testing/doors/cli-door.ts';
import { startFaultyConnection, type Faults } from '../../testing/faulty-connection.ts';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { programOf } from '../../testing/programs.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';
import { runLogin, runLogout } from './login-cli.ts';
import { runTask } from './task-cli.ts';
import type { ClientEnvironment } from './terminal.ts';

let world: RestWorld;
let home: string;
beforeAll(async () => {
  world = await createRestWorld((folder) => shippedPolicyData(folder, { undoWindowMs: 0 }));
  home = await mkdtemp(join(tmpdir(), 'countersign-client-'));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

const file = (): string => join(home, 'countersign', 'login.json');
const env = (): ClientEnvironment => ({ configHome: home });
const task = (...words: string[]): Promise<CommandEnd> => runCommand(runTask, words, env());
const taskAs = (who: 'agent' | 'ann', ...words: string[]): Promise<CommandEnd> =>
  runCommand(runTask, words, { apiKey: world[who].key, url: world.app.url });
const submits = async (...words: string[]): Promise<{ task_id: string; approval_token: string }> => {
  const { out } = await taskAs(
    'agent',
    'submit',
    '--goal',
    'Say it',
    '--action',
    'noop.run',
    '--json',
    ...words,
  );
  return JSON.parse(out) as { task_id: string; approval_token: string };
};

describe('login', () => {
  test('keeps a key for its owner alone, and forgets it', async () => {
    expect(await task('list')).toMatchObject({ code: 6 });
    const done = await runCommand(runLogin, ['--url', world.app.url], env(), `${world.agent.key}\n`);
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('as builder of here') });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await task('list')).toMatchObject({ code: 0, out: expect.stringContaining('STATUS') });
    await chmod(file(), 0o644);
    expect(await task('list')).toMatchObject({ code: 6, err: expect.stringContaining('chmod 600') });
    await chmod(file(), 0o600);
    expect(await runCommand(runLogout, [], env())).toMatchObject({ code: 0 });
    await expect(readFile(file())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('takes a sign-in link once, as the person whose it is', async () => {
    const { token } = value(await world.app.access.createSignInLink(world.ann.id));
    const link = `${world.app.url}/sign-in#token=${token}`;
    expect(await runCommand(runLogin, [], env(), link)).toMatchObject({
      code: 0,
      out: expect.stringContaining('as Ann of here'),
    });
    const { task_id: id, approval_token: seen } = await submits('--requires-approval');
    expect(await task('approve', id, '--token', seen)).toMatchObject({ code: 0 });
    expect(await runCommand(runLogin, [], env(), link)).toMatchObject({ code: 6 });
    await runCommand(runLogout, [], env());
  });

  test.each([
    ['http://example.com', 'cs_none', 2],
    ['http://127.0.0.1:1', 'cs_none', 7],
  ])('sends no key to %s', async (url, key, code) => {
    expect(await runCommand(runLogin, ['--url', url], env(), key)).toMatchObject({ code });
  });
});

const behind = (faults: Faults) => startFaultyConnection(world.app.url, faults);

describe('a connection', () => {
  const aTask = ['submit', '--goal', 'Say it', '--action', 'noop.run'];

  test('that breaks off ends no waiting: the task is asked for again', async () => {
    let looks = 0;
    await using server = await behind({
      breaksAt: ({ url = '' }) => url.includes('wait=') && (looks += 1) === 1,
    });
    const env = { apiKey: world.agent.key, url: server.url };
    expect(await runCommand(runTask, [...aTask, '--wait'], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('SUCCEEDED'),
    });
    expect(looks).toBeGreaterThan(1);
  });

  test('that breaks off at a submission is told with the key that asks for the same task again', async () => {
    let isBroken = true;
    await using server = await behind({ breaksAt: ({ url }) => url === '/tasks' && isBroken });
    const env = { apiKey: world.agent.key, url: server.url };
    const broken = await runCommand(runTask, aTask, env);
    expect(broken).toMatchObject({ code: 7 });
    const [, key = ''] = /--key (\S+)/.exec(broken.err) ?? [];
    isBroken = false;
    const again = await runCommand(runTask, [...aTask, '--key', key, '--json'], env);
    expect(JSON.parse(again.out)).toMatchObject({ replayed: true });
  });

  test('that says nothing holds no wait beyond its time', async () => {
    let looks = 0;
    await using server = await behind({
      isSilentAt: ({ url = '' }) => url.includes('wait=') && (looks += 1) === 1,
    });
    const env = { apiKey: world.agent.key, url: server.url };
    expect(await runCommand(runTask, [...aTask, '--wait', '--timeout', '1'], env)).toMatchObject({ code: 0 });
    expect(looks).toBe(2);
  });

  test('to a server that answers before the time is over ends no waiting', async () => {
    const { task_id: id } = await submits('--requires-approval');
    let looks = 0;
    await using server = await behind({
      asks: (url) => ((looks += 1), url.replace(/wait=\d+/, 'wait=0')),
    });
    const env = { apiKey: world.agent.key, url: server.url };
    const waiting = runCommand(runTask, ['wait', id, '--timeout', '45'], env);
    await vi.waitFor(() => expect(looks).toBeGreaterThan(1), { timeout: 30_000 });
    expect(await taskAs('agent', 'cancel', id)).toMatchObject({ code: 0 });
    expect(await waiting).toMatchObject({ code: 4 });
  });
});

describe('task', () => {
  test('is submitted, shown, approved, waited for and told of', async () => {
    const { task_id: id, approval_token: token } = await submits('--requires-approval', '--tag', 'from-cli');
    expect(await taskAs('agent', 'wait', id, '--timeout', '0')).toMatchObject({ code: 5 });
    expect(await taskAs('ann', 'approve', id)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--token'),
    });
    expect(await taskAs('agent', 'show', id)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Do nothing'),
    });
    const following = taskAs('agent', 'logs', id, '--follow');
    expect(await taskAs('ann', 'approve', id, '--token', token)).toMatchObject({ code: 0 });
    expect(await taskAs('agent', 'wait', id)).toMatchObject({
      code: 0,
      out: expect.stringContaining('SUCCEEDED'),
    });
    expect(await following).toMatchObject({ code: 0, out: expect.stringContaining('task.succeeded') });
    const { out } = await taskAs('agent', 'events', id);
    const types = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types[0]).toBe('task.submitted');
    const listed = await taskAs('ann', 'list', '--tag', 'from-cli', '--status', 'succeeded');
    expect(listed.out).toContain(id);
  });

  test('that has run is rated', async () => {
    const { task_id: id } = await submits();
    await taskAs('agent', 'wait', id);
    expect(await taskAs('ann', 'feedback', id, '--outcome', 'success')).toMatchObject({ code: 2 });
    expect(await taskAs('ann', 'feedback', id, '--outcome', 'great', '--quality', 'good')).toMatchObject({
      code: 3,
      err: expect.stringContaining('executionQuality'),
    });
    const said = await taskAs('ann', 'feedback', id, '--outcome', 'modified', '--quality', '3');
    expect(said).toMatchObject({ code: 0, out: expect.stringContaining('MODIFIED, 3 of 5') });
  });

  test('that ends otherwise, or is refused, says so by its code', async () => {
    const { task_id: id, approval_token: token } = await submits('--requires-approval');
    expect(await taskAs('ann', 'reject', id, '--token', token)).toMatchObject({ code: 2 });
    const reason = 'Not before the freeze is over.';
    expect(await taskAs('ann', 'reject', id, '--token', token, '--reason', reason)).toMatchObject({
      code: 0,
    });
    expect(await taskAs('agent', 'wait', id)).toMatchObject({ code: 4 });
    const refused = await taskAs('agent', 'submit', '--goal', 'Try', '--action', 'no.such');
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('actions[0].type') });
    const inexact = await taskAs(
      'agent',
      ...['submit', '--goal', 'Try', '--action', 'noop.run'],
      ...['--params', '{ "amount": 4503599627370497.75 }'],
    );
    expect(inexact).toMatchObject({ code: 3, err: expect.stringContaining('4503599627370497.75') });
    expect(await taskAs('agent', 'submit', '--goal', 'Try', '--colour', 'red')).toMatchObject({ code: 2 });
    expect(await taskAs('agent', 'list', '--reason', 'none')).toMatchObject({ code: 2 });
  });

  test('shows what callers wrote without what it would do to a terminal', async () => {
    await submits('--tag', 'strange', '--goal', 'Red \u001b[31m and\nbroken');
    const { out } = await taskAs('agent', 'list', '--tag', 'strange');
    expect(out).not.toContain('\u001b');
    expect(out.split('\n')).toHaveLength(3);
  });

  test('is a command of the program', async () => {
    const ended = await new Promise<{ code: unknown; out: string }>((resolve) => {
      execFile(
        process.execPath,
        [programOf('cli'), 'task', 'list', '--json'],
        { env: { ...process.env, COUNTERSIGN_API_KEY: world.agent.key, COUNTERSIGN_URL: world.app.url } },
        (error, out) => {
          resolve({ code: error?.code ?? 0, out });
        },
      );
    });
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.out)).toHaveProperty('tasks');
  });
});
