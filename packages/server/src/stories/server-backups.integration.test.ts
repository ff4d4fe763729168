import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash } from 'node:crypto';
import { readKeys } from '@countersign/audit/verify-audit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shippedPolicyData } from '../../testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../testing/rest-world.ts';
import { until } from '../../testing/until.ts';
import { backupFolder, verifyBackup } from '../modules/backup/index.ts';

let world: RestWorld;
let folder: string;
beforeAll(async () => {
  world = await createRestWorld(
    async (home) => {
      folder = join(home, 'backups');
      return shippedPolicyData(home, { undoWindowMs: 0 });
    },
    undefined,
    {},
    { keep: 2 },
  );
});
afterAll(() => world[Symbol.asyncDispose]());

const backsUp = async (): Promise<Record<string, unknown>> => {
  const begun = await world.admin.call('POST', '/dr/backup');
  expect(begun.status).toBe(202);
  const id = String(begun.body['snapshotId']);
  return until(
    async () => {
      const { body } = await world.admin.call('GET', `/dr/status/${id}`);
      return ['COMPLETE', 'FAILED'].includes(String(body['state'])) ? body : undefined;
    },
    () => 'the backup did not end',
  );
};
const kept = async (): Promise<string[]> => (await readdir(folder)).toSorted();
const namesOf = async (id: unknown): Promise<string[]> => {
  const { nodes } = (await world.admin.graphql('{ auditEntries(first: 50) { nodes { type data } } }'))[
    'auditEntries'
  ] as {
    nodes: { type: string; data: { backupId?: string; state?: string } }[];
  };
  return nodes
    .filter(({ data }) => data.backupId === id)
    .map(({ type, data }) => data.state ?? type)
    .toReversed();
};

test('an administrator takes a backup, which is read back, told step by step, and verifies anywhere', async () => {
  const backup = await backsUp();
  const { snapshotId: id, sha256, location } = backup;
  expect(backup).toMatchObject({ state: 'COMPLETE', progress: 100, verified: true, error: null });
  expect(location).toBe(join(folder, String(id)));
  expect(hash('sha256', await readFile(join(String(location), 'manifest.json')))).toBe(sha256);
  const keys = readKeys(await readFile(join(folder, '..', 'backup.pub'), 'utf8'));
  expect(await verifyBackup(backupFolder(folder), String(id), keys)).toMatchObject({ ok: true, sha256 });
  expect(await namesOf(id)).toEqual(['STAGED', 'APPLYING', 'backup.taken', 'VALIDATING', 'COMPLETE']);
  const told = await fetch(`${world.app.url}/dr/status/${String(id)}/events`, {
    headers: { authorization: `Bearer ${world.admin.key}` },
  });
  expect(await told.text()).toMatch(/^event: COMPLETE\ndata: \{.*"verified":true.*\}\n\n$/);
  expect(
    await world.admin.graphql('{ backups { place keep isOld lastGoodAt runs { id verified by { name } } } }'),
  ).toMatchObject({
    backups: { place: folder, keep: 2, isOld: false, runs: [{ id, verified: true }] },
  });
});

test('two at once are one; so many are kept as the configuration says, and what others put there stays', async () => {
  await writeFile(join(folder, 'of-somebody-else'), '');
  const [one, other] = await Promise.all([
    world.admin.call('POST', '/dr/backup'),
    world.admin.call('POST', '/dr/backup'),
  ]);
  expect(other.body['snapshotId']).toBe(one.body['snapshotId']);
  await until(
    async () => (await namesOf(one.body['snapshotId'])).at(-1) === 'COMPLETE' || undefined,
    () => 'it did not end',
  );
  const [second, third] = [await backsUp(), await backsUp()];
  await until(
    async () => (await kept()).length <= 3 || undefined,
    () => 'nothing was removed',
  );
  expect(await kept()).toEqual([second['snapshotId'], third['snapshotId'], 'of-somebody-else']);
});

test('nobody but an administrator asks for one, and nobody finds one that is not there', async () => {
  expect((await world.operator.call('POST', '/dr/backup')).status).toBe(403);
  expect((await world.agent.call('GET', `/dr/status/${world.agent.id}`)).status).toBe(403);
  expect((await world.admin.call('GET', `/dr/status/${world.admin.id}`)).status).toBe(404);
});
