import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { value } from '../../testing/access-node.ts';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';
import { until } from '../../testing/until.ts';

let world: RestWorld;
let home: string;
let second: string;
let backupId: string;
beforeAll(async () => {
  world = await createRestWorld((folder) => {
    home = folder;
    return shippedPolicyData(folder, { undoWindowMs: 0 });
  });
  const { id: principalId } = await world.app.access.ensurePrincipal({
    ...{ tenantId: world.tenantId, type: 'HUMAN', name: 'Bea', roles: ['ADMIN'] },
  });
  ({ secret: second } = value(
    await world.app.access.issueApiKey(world.tenantId, { principalId, name: 'bea' }),
  ));
  const { body } = await world.admin.call('POST', '/dr/backup');
  backupId = String(body['snapshotId']);
  await reaches(backupId, 'COMPLETE', 'FAILED');
}, 120_000);
afterAll(() => world[Symbol.asyncDispose]());

const reaches = (id: string, ...states: string[]): Promise<Record<string, unknown>> =>
  until(
    async () => {
      const { body } = await world.admin.call('GET', `/dr/status/${id}`);
      return states.includes(String(body['state'])) ? body : undefined;
    },
    () => 'it did not end',
    { timeoutMs: 120_000 },
  );
const reason = 'The table of tasks was changed by hand.';
const asks = async (): Promise<string> => {
  const { status, body } = await world.admin.call('POST', '/dr/restore', { body: { backupId, reason } });
  expect([status, body['state']]).toEqual([202, 'AWAITING_APPROVAL']);
  return String(body['jobId']);
};
/** Bea approves. */
const approves = async (id: string): Promise<number> => {
  const headers = { authorization: `Bearer ${second}` };
  return (await fetch(`${world.app.url}/dr/restore/${id}/approve`, { method: 'POST', headers })).status;
};
const discards = (id: string) =>
  world.admin.call('POST', `/dr/restore/${id}/discard`, { body: { reason: 'The story has seen enough.' } });
const quarantines = (): Promise<string[]> => readdir(join(home, 'quarantine')).catch(() => []);

test('a second administrator has to approve it, and nobody else begins it', async () => {
  expect((await world.operator.call('POST', '/dr/restore', { body: { backupId, reason } })).status).toBe(403);
  expect(
    (await world.admin.call('POST', '/dr/restore', { body: { backupId: world.admin.id, reason } })).status,
  ).toBe(404);
  const id = await asks();
  expect((await world.admin.call('POST', '/dr/restore', { body: { backupId, reason } })).status).toBe(409);
  expect((await world.admin.call('POST', `/dr/restore/${id}/approve`)).status).toBe(403);
  expect((await world.operator.call('POST', `/dr/restore/${id}/approve`)).status).toBe(403);
  expect((await world.admin.call('GET', `/dr/status/${id}`)).body).toMatchObject({
    state: 'AWAITING_APPROVAL',
    progress: 0,
    verified: false,
  });
  expect(await quarantines()).toEqual([]);
  expect((await discards(id)).body).toMatchObject({ state: 'DISCARDED' });
  expect(await approves(id)).toBe(409);
  expect((await discards(id)).status).toBe(409);
}, 60_000);

test('of a backup that was changed nothing is restored, and it says why', async () => {
  const file = join(home, 'backups', backupId, 'tables', 'principal.copy.gz');
  const bytes = await readFile(file);
  await writeFile(file, Buffer.concat([bytes, Buffer.from([0])]));
  const id = await asks();
  expect(await approves(id)).toBe(202);
  expect(await reaches(id, 'FAILED', 'COMPLETE')).toMatchObject({
    state: 'FAILED',
    error: expect.stringContaining('principal.copy.gz is longer than it was'),
  });
  expect(await quarantines()).toEqual([]);
  await writeFile(file, bytes);
}, 120_000);

test('it is restored beside what runs, checked and tried, told live, and discarded', async () => {
  const id = await asks();
  const told = fetch(`${world.app.url}/dr/status/${id}/events`, {
    headers: { authorization: `Bearer ${world.admin.key}` },
  }).then((answer) => answer.text());
  expect(await approves(id)).toBe(202);
  const done = await reaches(id, 'COMPLETE', 'FAILED');
  expect(done).toMatchObject({ state: 'COMPLETE', progress: 100, verified: true, error: null });
  expect(await told).toMatch(/event: VALIDATING\n[^]*event: COMPLETE\ndata: \{.*"verified":true.*\}\n\n$/);
  const { nodes } = (await world.admin.graphql('{ auditEntries(first: 50) { nodes { type data } } }'))[
    'auditEntries'
  ] as { nodes: { type: string; data: { restoreId?: string; state?: string } }[] };
  expect(
    nodes
      .filter(({ data }) => data.restoreId === id)
      .map(({ data }) => data.state)
      .toReversed(),
  ).toEqual(['AWAITING_APPROVAL', 'STAGED', 'APPLYING', 'VALIDATING', 'COMPLETE']);
  const location = String(done['location']);
  expect(JSON.parse(await readFile(join(location, 'restored.json'), 'utf8'))).toMatchObject({
    restoreId: id,
    backupId,
    askedById: world.admin.id,
  });
  expect(
    await world.admin.graphql(
      '{ restores { id state rows viewerCanApprove askedBy { name } approvedBy { name } } }',
    ),
  ).toMatchObject({
    restores: [
      {
        id,
        state: 'COMPLETE',
        viewerCanApprove: false,
        askedBy: { name: 'Ada' },
        approvedBy: { name: 'Bea' },
      },
      { state: 'FAILED' },
      { state: 'DISCARDED' },
    ],
  });
  await discards(id);
  await until(
    async () => !existsSync(location) || undefined,
    () => 'the quarantine stayed',
  );
}, 180_000);
