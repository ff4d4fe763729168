import { afterAll, beforeAll, expect, test } from 'vitest';
import { value } from '../../testing/access-node.ts';
import { createAuthenticator, type Authenticator } from '../../testing/authenticator.ts';
import { runCommand } from '../../testing/doors/cli-door.ts';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { signedIn } from '../../testing/signed-in.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';
import { runAskedRestore } from '../client/restore-cli.ts';

let world: RestWorld;
let bea: Awaited<ReturnType<typeof signsIn>>;
let key: Authenticator;
let backupId: string;
beforeAll(async () => {
  world = await createRestWorld((folder) => shippedPolicyData(folder, { undoWindowMs: 0 }));
  const { url } = world.app;
  key = createAuthenticator({ origin: url, rpId: new URL(url).hostname });
  bea = await signsIn('Bea');
  const { challengeId, options } = await bea.asked({ registration: true });
  const credential = key.creates(options);
  expect(
    await bea.mutates('addPasskey', 'AddPasskeyInput', { challengeId, credential, name: 'A key' }),
  ).toMatchObject({ refusal: null });
  const { body } = await world.admin.call('POST', '/dr/backup');
  backupId = String(body['snapshotId']);
  const headers = { authorization: `Bearer ${world.admin.key}` };
  await (await fetch(`${url}/dr/status/${backupId}/events`, { headers })).text();
}, 120_000);
afterAll(() => world[Symbol.asyncDispose]());

/** A second administrator, at the console. */
const signsIn = async (name: string) => {
  const { url, access } = world.app;
  const { id } = await access.ensurePrincipal({
    ...{ tenantId: world.tenantId, type: 'HUMAN', name, roles: ['ADMIN'] },
  });
  const { token } = value(await access.createSignInLink(id));
  const session = await fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const cookie = session.headers
    .getSetCookie()
    .map((line) => line.replace(/;.*/, ''))
    .join('; ');
  const mutates = async (field: string, type: string, input: object, fields = '') => {
    const query = `mutation ($input: ${type}!) { ${field}(input: $input) { ${fields} refusal { code message } } }`;
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', 'apollo-require-preflight': 'true' },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const told = (await answer.json()) as { data?: Record<string, Record<string, unknown>> };
    return told.data?.[field] ?? told;
  };
  return {
    id,
    mutates,
    asked: async (input: object) =>
      (await mutates('beginStepUp', 'BeginStepUpInput', input, 'challengeId options')) as {
        challengeId: string;
        options: unknown;
      },
    approves: (restoreId: string, stepUp?: object) =>
      mutates('approveRestore', 'ApproveRestoreInput', { id: restoreId, stepUp }, 'restore { state }'),
  };
};

const asks = async (): Promise<string> => {
  const body = { backupId, reason: 'The drill of this quarter.' };
  return String((await world.admin.call('POST', '/dr/restore', { body })).body['jobId']);
};
const discards = (id: string) =>
  world.admin.call('POST', `/dr/restore/${id}/discard`, { body: { reason: 'The story has seen enough.' } });
const proves = async (subject: object) => {
  const { challengeId, options } = await bea.asked(subject);
  return { challengeId, credential: key.answers(options) };
};
const lacking = { restore: null, refusal: { code: 'STEP_UP_REQUIRED' } };

test('who has a passkey approves a restore with it, for exactly that restore', async () => {
  const id = await asks();
  expect(await bea.approves(id)).toMatchObject(lacking);
  expect(await bea.approves(id, await proves({ restoreId: world.admin.id }))).toMatchObject(lacking);
  expect(await bea.approves(id, await proves({ publishVersionId: id }))).toMatchObject(lacking);
  expect((await world.admin.call('GET', `/dr/status/${id}`)).body).toMatchObject({
    state: 'AWAITING_APPROVAL',
  });
  expect(await bea.approves(id, await proves({ restoreId: id }))).toMatchObject({
    restore: { state: 'STAGED' },
    refusal: null,
  });
  await discards(id);
}, 60_000);

test('their API key and their terminal are told of the passkey, and of the console', async () => {
  const id = await asks();
  const { secret: apiKey } = value(
    await world.app.access.issueApiKey(world.tenantId, { principalId: bea.id, name: 'bea' }),
  );
  const { url } = world.app;
  expect(await runCommand(runAskedRestore, ['approve', id], { apiKey, url })).toMatchObject({
    code: 3,
    err: expect.stringMatching(/^STEP_UP_REQUIRED: .*\n.*\/settings\/backups\n$/),
  });
  const answer = await fetch(`${url}/dr/restore/${id}/approve`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ stepUp: await proves({ restoreId: id }) }),
  });
  expect(answer.status).toBe(202);
  await discards(id);
}, 60_000);

test('a restore that somebody asked for who may not any more begins by nobody’s approval', async () => {
  const { operations, findPrincipal } = world.app.access;
  const [cyd, ada] = [await signsIn('Cyd'), await findPrincipal(world.admin.id)];
  const order = { backupId, reason: 'The drill of this quarter.' };
  const told = await cyd.mutates('askRestore', 'AskRestoreInput', order, 'restore { id }');
  const { id } = (told as { restore: { id: string } }).restore;
  if (!ada) throw new Error('Nobody administers.');
  const call = { viewer: signedIn(ada), traceparent: null };
  value(await operations.setRoles.execute(call, { principalId: cyd.id, roles: ['VIEWER'] }));
  expect(await bea.approves(id, await proves({ restoreId: id }))).toMatchObject({
    restore: null,
    refusal: { code: 'NOT_ELIGIBLE' },
  });
  await discards(id);
}, 60_000);
