import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { value } from '../../testing/access-node.ts';
import { runCommand, type CommandEnd } from '../../testing/doors/cli-door.ts';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { startFaultyConnection } from '../../testing/faulty-connection.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';
import { asksServer, runAskedRestore } from './restore-cli.ts';

let world: RestWorld;
let second: string;
let backupId: string;
beforeAll(async () => {
  world = await createRestWorld((folder) => shippedPolicyData(folder, { undoWindowMs: 0 }));
  const { id: principalId } = await world.app.access.ensurePrincipal({
    ...{ tenantId: world.tenantId, type: 'HUMAN', name: 'Bea', roles: ['ADMIN'] },
  });
  ({ secret: second } = value(
    await world.app.access.issueApiKey(world.tenantId, { principalId, name: 'bea' }),
  ));
  const { body } = await world.admin.call('POST', '/dr/backup');
  backupId = String(body['snapshotId']);
  await (await fetch(`${world.app.url}/dr/status/${backupId}/events`, keyOf(world.admin.key))).text();
}, 120_000);
afterAll(() => world[Symbol.asyncDispose]());

const keyOf = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const restore = (apiKey: string, ...words: string[]): Promise<CommandEnd> =>
  runCommand(runAskedRestore, words, { apiKey, url: world.app.url });
const ada = (...words: string[]): Promise<CommandEnd> => restore(world.admin.key, ...words);
const bea = (...words: string[]): Promise<CommandEnd> => restore(second, ...words);
const reason = 'The table of tasks was changed by hand.';
const asks = async (): Promise<string> => {
  const asked = await ada('ask', backupId, '--reason', reason, '--json');
  expect(asked).toMatchObject({ code: 0, out: expect.stringContaining('"state":"AWAITING_APPROVAL"') });
  return (JSON.parse(asked.out) as { jobId: string }).jobId;
};

test('two administrators have a backup restored beside what runs from their terminals', async () => {
  const id = await asks();
  expect(await bea('list')).toMatchObject({ code: 0, out: expect.stringMatching(`${id}.*${reason}`) });
  expect(await bea('show', id)).toMatchObject({
    code: 0,
    out: expect.stringContaining(`countersign restore approve ${id}`),
  });
  expect(await ada('approve', id)).toMatchObject({ code: 3, err: expect.stringContaining('NOT_ELIGIBLE') });
  expect(await bea('wait', id, '--timeout', '0')).toMatchObject({ code: 5 });
  const waiting = ada('wait', id);
  expect(await bea('approve', id)).toMatchObject({ code: 0, out: expect.stringContaining('STAGED') });
  expect(await waiting).toMatchObject({
    code: 0,
    out: expect.stringContaining(`countersign restore switch ${id}`),
  });
  expect(await ada('discard', id)).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
  expect(await ada('discard', id, '--reason', 'The drill is over for today.')).toMatchObject({
    code: 0,
    out: expect.stringContaining('DISCARDED'),
  });
  expect(await bea('wait', id)).toMatchObject({ code: 4 });
}, 180_000);

test('waiting for one outlasts a break of the connection', async () => {
  const id = await asks();
  let breaks = 0;
  await using server = await startFaultyConnection(world.app.url, {
    isCutAt: ({ url = '' }) => url.endsWith('/events') && (breaks += 1) === 1,
  });
  const env = { apiKey: world.admin.key, url: server.url };
  const waiting = runCommand(runAskedRestore, ['wait', id], env);
  await vi.waitFor(() => expect(breaks).toBeGreaterThan(1), { timeout: 30_000 });
  await ada('discard', id, '--reason', 'Nobody wanted it in the end.');
  expect(await waiting).toMatchObject({ code: 4, out: expect.stringContaining('DISCARDED') });
});

test('a person at a terminal is shown what they approve, and asked', async () => {
  const id = await asks();
  let shown = '';
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      shown += String(chunk);
      done();
    },
  });
  const stdin = Object.assign(Readable.from(['n\n']), { isTTY: true });
  const terminal = { env: { apiKey: second, url: world.app.url }, stdin, stderr, say: async () => {} };
  await expect(runAskedRestore(['approve', id], terminal)).rejects.toMatchObject({ code: 1 });
  expect(shown).toMatch(new RegExp(`${backupId}[^]*${reason}[^]*Approve this restore\\? \\[y/N\\]`));
  expect(await bea('show', id)).toMatchObject({ out: expect.stringContaining('AWAITING_APPROVAL') });
  await ada('discard', id, '--reason', 'Nobody wanted it in the end.');
});

test('what is not written as it can be, or is of something else, is said so', async () => {
  expect(await ada('ask', backupId)).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
  expect(await ada('approve')).toMatchObject({ code: 2 });
  expect(await ada('list', backupId)).toMatchObject({ code: 2 });
  expect(await ada('list', '--reason', reason)).toMatchObject({ code: 2 });
  expect(await ada('show', backupId)).toMatchObject({
    code: 3,
    err: expect.stringContaining('restore list'),
  });
  expect(await ada('wait', backupId)).toMatchObject({ code: 3 });
  expect(await restore(world.operator.key, 'list')).toMatchObject({ code: 3 });
  expect(await restore('cs_none', 'list')).toMatchObject({ code: 6 });
  expect([['switch', 'ID'], ['./ask'], []].map(asksServer)).toEqual([false, false, false]);
});
